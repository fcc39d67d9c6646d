/** What a person tells others of their keys: fingerprint, public line, and the line for an `allowed_signers` file. */
import { makeOwnKey, ownKeyFacts, type Passphrase, rewrapOwnKey } from '../bundle/keys.ts'
import { principalOf } from '../bundle/seal.ts'
import { type SignerKey, signerKeyOfBlob } from '../bundle/sshsig.ts'
import type { Operator } from '../domain/operator.ts'
import { settingsFolder } from './operator-folders.ts'
import { heldByAgent, type KeySources } from './signing-key.ts'

export interface KeyFacts {
  readonly fingerprint: string
  /** `ssh-ed25519 AAAA…` */
  readonly publicKey: string
  /** for the file of those who receive bundles and receipts of this key */
  readonly allowedSigners: string
  /** `none`: whoever can read the file can sign; `agent`: the private half is not here */
  readonly keptBy: 'none' | 'passphrase' | 'system' | 'agent'
  /** file of the key; the agent's own name for it */
  readonly where: string
}

const namespaces = 'namespaces="tasktrail-bundle@v1,tasktrail-receipt@v1"'

const factsOf = (
  signer: SignerKey,
  operator: Operator,
  keptBy: KeyFacts['keptBy'],
  where: string,
): KeyFacts => ({
  fingerprint: signer.fingerprint,
  publicKey: signer.line,
  allowedSigners: `${principalOf(operator)} ${namespaces} ${signer.line}`,
  keptBy,
  where,
})

/** The operator's own key; null when none was made yet. Needs no passphrase. */
export async function ownKey(operator: Operator, sources: KeySources = {}): Promise<KeyFacts | null> {
  const found = await ownKeyFacts(sources.keyFolder ?? settingsFolder())
  const blob = found?.line.split(' ')[1]
  const signer = blob === undefined ? undefined : signerKeyOfBlob(Buffer.from(blob, 'base64'))
  return found && signer ? factsOf(signer, operator, found.protection, found.path) : null
}

/** Ed25519 keys of the agent. Refuses when none runs. */
export const keysOfAgent = async (
  operator: Operator,
  sources: KeySources = {},
): Promise<readonly KeyFacts[]> =>
  (await heldByAgent(sources)).map(({ signer, comment }) => factsOf(signer, operator, 'agent', comment))

/** Makes the operator's own key, under a passphrase when one is given. Refuses when there is one. */
export async function newKey(
  operator: Operator,
  passphrase: string | undefined,
  { keyFolder, secrets }: KeySources = {},
): Promise<KeyFacts> {
  const folder = keyFolder ?? settingsFolder()
  const { signer } = await makeOwnKey({ folder, secrets, ...(passphrase && { passphrase }) })
  const found = await ownKeyFacts(folder)
  return factsOf(signer, operator, found?.protection ?? 'none', found?.path ?? folder)
}

/** Puts the own key under a new passphrase, or takes the old one away (`undefined`). */
export async function changePassphrase(
  operator: Operator,
  { before, after }: { readonly before: Passphrase; readonly after: string | undefined },
  { keyFolder, secrets }: KeySources = {},
): Promise<KeyFacts> {
  const folder = keyFolder ?? settingsFolder()
  const { signer } = await rewrapOwnKey({ folder, passphrase: before, secrets }, after)
  const found = await ownKeyFacts(folder)
  return factsOf(signer, operator, found?.protection ?? 'none', found?.path ?? folder)
}
