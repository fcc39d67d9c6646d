// What stands between the window and Electron. The preload puts a Bridge on `window.tasktrail`; everything else
// goes over the message port it asks for. Names of the two channels are shared by preload and main.

/** What the operator may be asked to choose with the system's own dialog. */
export type Choice = 'folder' | 'files' | 'bundle' | 'case'
export const choices: readonly Choice[] = ['folder', 'files', 'bundle', 'case']

/** `DroppedFile` is the window's own File, a type this plain room does not know. */
export interface Bridge<DroppedFile = object> {
  /** asks for a port to the engine; it arrives as a message `tasktrail:port` of our own window */
  connect(): void
  /** full path of a file dropped on the window; empty when it has none */
  pathOf(file: DroppedFile): string
  /** asks the operator with the system's dialog; empty when the operator cancels */
  choose(what: Choice): Promise<readonly string[]>
}

export const channels = {
  /** window → main: one port, please; main → window: here it is */
  connect: 'tasktrail:connect',
  port: 'tasktrail:port',
  choose: 'tasktrail:choose',
} as const

/** Where Electron serves the window: an own scheme, so that no page of a web site is ever of our origin. */
export const windowScheme = 'app'
export const windowHost = 'tasktrail'
export const windowAddress = `${windowScheme}://${windowHost}/`

/**
 * True for a page of our own window. Compares scheme and host as text: in Node `URL.origin` of an own scheme is
 * the string `null`, so comparing origins would refuse us, or accept every own scheme there is.
 */
export const isOurPage = (address: string): boolean =>
  address === windowAddress ||
  address.startsWith(`${windowAddress}#`) ||
  address.startsWith(`${windowAddress}?`)
