declare module "jstat" {
  const jStat: {
    readonly chisquare: {
      cdf(x: number, degrees: number): number;
      inv(probability: number, degrees: number): number;
    };
    readonly binomial: { pdf(found: number, tries: number, chance: number): number };
  };
  export = jStat;
}
