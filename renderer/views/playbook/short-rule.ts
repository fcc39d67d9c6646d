/** A rule without its conditions in full, which stand at the decision point. */
export const shortRule = (rule: string): string => rule.replace(/: (?:neither|all) [\s\S]*holds?\.?$/i, '')
