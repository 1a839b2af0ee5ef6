/** Numbers as runs: `1-500,502`. One that does not follow its forerunner begins a run. */
export class Runs {
  readonly #done: string[] = [];
  #first = 0;
  #last = 0;

  add(seq: number): void {
    if (this.#first !== 0 && seq === this.#last + 1) {
      this.#last = seq;
      return;
    }
    this.#close();
    this.#first = seq;
    this.#last = seq;
  }

  get text(): string {
    this.#close();
    this.#first = 0;
    return this.#done.join(",");
  }

  #close(): void {
    if (this.#first === 0) return;
    const { first, last } = { first: this.#first, last: this.#last };
    this.#done.push(first === last ? `${first}` : `${first}-${last}`);
  }
}
