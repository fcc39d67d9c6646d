/** The key a bundle or a receipt is signed with: the operator's own, a key file, or one that ssh-agent holds. */
import { Refusal } from '../base/refusal.ts'
import {
  ownSigningKey,
  type Passphrase,
  type SecretStore,
  type SigningKey,
  signingKeyFrom,
} from '../bundle/keys.ts'
import { agentKey, agentKeys, agentSocket } from '../bundle/ssh-agent.ts'
import { settingsFolder } from './operator-folders.ts'

export type { SecretStore } from '../bundle/keys.ts'

/** true: the operator's own key, made on first use; an agent's key by fingerprint or comment, or its only one (`''`) */
export type KeyWish = true | { readonly keyFile: string } | { readonly agent: string }

export interface KeySources {
  /** folder of the operator's key; the settings folder by default */
  readonly keyFolder?: string | undefined
  /** asked for only when the key has one */
  readonly passphrase?: Passphrase
  readonly secrets?: SecretStore | undefined
  /** where ssh-agent listens; `$SSH_AUTH_SOCK` by default */
  readonly agentSocket?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/** Refuses a key that is not there, cannot be opened, or does not sign. */
export function signingKey(wish: KeyWish, sources: KeySources): Promise<SigningKey> {
  const { passphrase, secrets } = sources
  if (wish === true)
    return ownSigningKey({ folder: sources.keyFolder ?? settingsFolder(), passphrase, secrets })
  if ('keyFile' in wish) return signingKeyFrom(wish.keyFile, passphrase, secrets)
  return agentKey(agentPlace(sources), wish.agent === '' ? undefined : wish.agent)
}

/** Ed25519 keys the agent of this environment holds. Refuses when there is no agent. */
export const heldByAgent = (sources: KeySources = {}) => agentKeys(agentPlace(sources))

function agentPlace({ agentSocket: given, signal }: KeySources) {
  const socket = given ?? agentSocket()
  if (socket === undefined)
    throw new Refusal(
      'bundle.agent.none',
      'no ssh-agent runs here: SSH_AUTH_SOCK is not set',
      'Start one (eval $(ssh-agent)) and add the key (ssh-add), or sign with a key file.',
    )
  return { socket, signal }
}
