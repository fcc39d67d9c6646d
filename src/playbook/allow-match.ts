/** How much an entry of the site's allow-list may say: it annotates, and only one that is precise makes work expected. */
import type { AllowAnnotation } from '../domain/allow-list.ts'
import type { Chain } from '../domain/chain.ts'

/** The entry fits whole, had not ended, and names account, action and, for a remote call, where from. */
export const isWholeMatch = ({ state, entry }: AllowAnnotation, chain: Chain): boolean =>
  state === 'fits' &&
  entry.account !== undefined &&
  entry.actionHash !== undefined &&
  (entry.addresses !== undefined || chain.mechanism === 'local' || chain.mechanism === 'machine-managed')
