/** What of a query is not supported or not right, and where it stands in its text. */
export class KqlTrouble extends Error {
  /** UTF-16 units from the start of the query */
  readonly start: number
  readonly length: number

  constructor(message: string, start: number, length: number) {
    super(message)
    this.name = 'KqlTrouble'
    this.start = start
    this.length = length
  }
}
