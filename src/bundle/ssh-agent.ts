/**
 * A client of ssh-agent (draft-ietf-sshm-ssh-agent), as far as signing needs it: list the keys, have one sign. Keys of FIDO
 * tokens work through it as others do: the agent asks for the touch. Private keys never come here.
 */
import { connect, type Socket } from 'node:net'
import { Cancelled, Refusal } from '../base/refusal.ts'
import type { SigningKey } from './keys.ts'
import { SshReader, sshString } from './ssh-wire.ts'
import {
  armour,
  bundleNamespace,
  type SignerKey,
  signerKeyOfBlob,
  toBeSigned,
  verifySignature,
} from './sshsig.ts'

const [failure, listKeys, keysAnswer, signRequest, signAnswer] = [5, 11, 12, 13, 14]
/** OpenSSH takes and gives no more than this in a message, bytes */
const largestMessage = 256 * 1024
/** Listing is done at once; a token waits for its owner. Milliseconds. */
const [listPatience, signPatience] = [15_000, 120_000]

export interface AgentKey {
  readonly signer: SignerKey
  /** what its owner called it; text of the agent, not to be trusted */
  readonly comment: string
}

export interface AgentPlace {
  /** socket or named pipe; `$SSH_AUTH_SOCK`, or OpenSSH's pipe on Windows */
  readonly socket: string
  readonly signal?: AbortSignal | undefined
}

/** Where the agent of this environment listens; undefined when there is none. */
export function agentSocket(
  environment: Readonly<Record<string, string | undefined>> = process.env,
  platform: NodeJS.Platform = process.platform,
): string | undefined {
  if (environment.SSH_AUTH_SOCK) return environment.SSH_AUTH_SOCK
  return platform === 'win32' ? '\\\\.\\pipe\\openssh-ssh-agent' : undefined
}

/** Ed25519 keys the agent holds, of files and of tokens, in its order. Refuses when no agent answers. */
export async function agentKeys(place: AgentPlace): Promise<readonly AgentKey[]> {
  const reader = await ask(place, Buffer.from([listKeys]), keysAnswer, listPatience)
  const keys: AgentKey[] = []
  try {
    for (let left = reader.uint32(); left > 0; left--) {
      const signer = signerKeyOfBlob(reader.string())
      const comment = reader.string().toString('utf8').slice(0, 400)
      if (signer) keys.push({ signer, comment })
    }
  } catch {
    throw garbled(place)
  }
  return keys
}

/**
 * The key of the agent that signs: the one with this fingerprint, public line or comment; its only Ed25519 key when none is
 * named. Refuses when none fits, or more than one does.
 */
export async function agentKey(place: AgentPlace, wanted?: string): Promise<SigningKey> {
  const keys = await agentKeys(place)
  const fitting = keys.filter(
    ({ signer, comment }) =>
      wanted === undefined || [signer.fingerprint, signer.line, comment].includes(wanted.trim()),
  )
  const [only] = fitting
  if (fitting.length !== 1 || !only) {
    const held = keys.map(({ signer, comment }) => `${signer.fingerprint} ${comment}`).join('; ')
    throw new Refusal(
      fitting.length === 0 ? 'bundle.agent.no-key' : 'bundle.agent.which-key',
      keys.length === 0
        ? 'the agent holds no Ed25519 key'
        : fitting.length === 0
          ? `the agent holds no key ${wanted}; it holds ${held}`
          : `the agent holds several keys: ${held}`,
      keys.length === 0 ? 'Add one with ssh-add.' : 'Name one by its fingerprint.',
    )
  }
  const { signer } = only
  return {
    signer,
    sign: (message, namespace = bundleNamespace) => signWith(place, signer, message, namespace),
  }
}

async function signWith(
  place: AgentPlace,
  signer: SignerKey,
  message: Uint8Array,
  namespace: string,
): Promise<string> {
  const flags = Buffer.alloc(4)
  const request = Buffer.concat([
    Buffer.from([signRequest]),
    sshString(signer.blob),
    sshString(toBeSigned(message, namespace)),
    flags,
  ])
  const reader = await ask(place, request, signAnswer, signPatience)
  let armoured: string
  try {
    armoured = armour(signer, namespace, reader.string())
  } catch {
    throw garbled(place)
  }
  // An agent that signs something else must not make a bundle nobody can verify.
  if (!verifySignature(armoured, message, namespace).ok) throw garbled(place)
  return armoured
}

/** One question, one answer, one connection. */
async function ask(
  place: AgentPlace,
  request: Buffer,
  expected: number,
  patience: number,
): Promise<SshReader> {
  const answer = await exchange(place, sshString(request), patience)
  const type = answer[0]
  if (type === failure && expected === signAnswer)
    throw new Refusal(
      'bundle.agent.refused',
      'the agent did not sign: it was not confirmed, the token was not touched, or the key is locked',
      'Unlock the agent or touch the token, and try again.',
    )
  if (type !== expected) throw garbled(place)
  return new SshReader(answer.subarray(1))
}

function exchange(place: AgentPlace, request: Buffer, patience: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let arrived = Buffer.alloc(0)
    let socket: Socket | undefined
    const end = (settle: () => void) => {
      clearTimeout(timer)
      place.signal?.removeEventListener('abort', onAbort)
      socket?.destroy()
      settle()
    }
    const onAbort = () => end(() => reject(new Cancelled()))
    const timer = setTimeout(() => end(() => reject(silent(place, 'it did not answer in time'))), patience)
    place.signal?.addEventListener('abort', onAbort, { once: true })
    if (place.signal?.aborted) return onAbort()
    socket = connect(place.socket, () => socket?.write(request))
    socket.on('data', (block: Buffer) => {
      arrived = Buffer.concat([arrived, block])
      if (arrived.length < 4) return
      const length = arrived.readUInt32BE()
      if (length === 0 || length > largestMessage) end(() => reject(garbled(place)))
      else if (arrived.length >= length + 4) end(() => resolve(arrived.subarray(4, length + 4)))
    })
    socket.on('error', (error: NodeJS.ErrnoException) =>
      end(() => reject(silent(place, error.code ?? error.message))),
    )
    socket.on('close', () => end(() => reject(silent(place, 'it closed the connection'))))
  })
}

const silent = (place: AgentPlace, why: string) =>
  new Refusal(
    'bundle.agent.silent',
    `no ssh-agent answers at ${place.socket}: ${why}`,
    'Start the agent and add the key (ssh-add), or sign with a key file.',
    { socket: place.socket },
  )
const garbled = (place: AgentPlace) =>
  new Refusal(
    'bundle.agent.garbled',
    `what listens at ${place.socket} does not answer as an ssh-agent does`,
    'See that SSH_AUTH_SOCK names the agent, or sign with a key file.',
    { socket: place.socket },
  )
