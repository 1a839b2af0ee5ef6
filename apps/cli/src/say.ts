/** Progress goes to standard error, with the seconds since the command began. */
export function sayer(): (line: string) => void {
  const beganMs = performance.now();
  return (line) => {
    const seconds = ((performance.now() - beganMs) / 1000).toFixed(0).padStart(4);
    process.stderr.write(`${seconds} s  ${line}\n`);
  };
}
