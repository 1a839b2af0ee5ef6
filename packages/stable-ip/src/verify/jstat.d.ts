declare module "jstat" {
  const jStat: {
    readonly chisquare: {
      cdf(x: number, degrees: number): number;
      inv(probability: number, degrees: number): number;
    };
  };
  export = jStat;
}
