/** The person using the tool, for the custody journal. Never an account of the evidence. */
export interface Operator {
  readonly name: string
  readonly account: string
  readonly workstation: string
}
