export declare function patternOf(glob: string): RegExp
export declare function filesOf(
  root: string,
  patterns: readonly string[],
): { readonly files: readonly string[]; readonly unused: readonly string[] }
