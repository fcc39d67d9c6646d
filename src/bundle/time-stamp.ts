/**
 * Time stamps of an authority (RFC 3161): proof that the bundle's tag manifest existed at a time no jump box's clock can
 * claim. The request carries a hash and nothing else. Checking needs no network.
 */
import { createHash, randomBytes, verify, X509Certificate } from 'node:crypto'
import { ASN1Obj } from '@sigstore/core'

const timeStamping = '1.3.6.1.5.5.7.3.8'
const oid = {
  signedData: '1.2.840.113549.1.7.2',
  tstInfo: '1.2.840.113549.1.9.16.1.4',
  messageDigest: '1.2.840.113549.1.9.4',
  contentType: '1.2.840.113549.1.9.3',
} as const
const hashNames: Readonly<Record<string, string>> = {
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
}
/** bytes of a response; real ones have about 6,000 */
const largestResponse = 1 << 18

/** SHA-256 of the message as a DER query of 69 bytes: version 1, imprint, nonce, "send your certificate". */
export function timeStampQuery(message: Uint8Array, nonce: Uint8Array = randomBytes(8)): Uint8Array {
  const digest = createHash('sha256').update(message).digest()
  const number = Buffer.from(nonce.slice(0, 8))
  // a positive number of eight bytes, so that the query has one length
  number[0] = ((number[0] ?? 0) & 0x7f) | 0x40
  return Buffer.concat([
    Buffer.from('30430201013031300d060960864801650304020105000420', 'hex'),
    digest,
    Buffer.from('0208', 'hex'),
    number,
    Buffer.from('0101ff', 'hex'),
  ])
}

export class TimeStampFailure extends Error {}

/** Asks the authority at `url`. @throws TimeStampFailure with a sentence: the caller seals without and says so. */
export async function requestTimeStamp(
  url: string,
  message: Uint8Array,
  options: { readonly signal?: AbortSignal | undefined; readonly timeoutMs?: number } = {},
): Promise<Uint8Array> {
  const stops = [
    AbortSignal.timeout(options.timeoutMs ?? 15_000),
    ...(options.signal ? [options.signal] : []),
  ]
  let bytes: Uint8Array
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/timestamp-query', accept: 'application/timestamp-reply' },
      body: timeStampQuery(message) as Uint8Array<ArrayBuffer>,
      redirect: 'error',
      signal: AbortSignal.any(stops),
    })
    if (!answer.ok) throw new TimeStampFailure(`it answers ${answer.status}`)
    bytes = await readBounded(answer)
  } catch (error) {
    if (error instanceof TimeStampFailure) throw error
    const cause = (error as Error).cause
    throw new TimeStampFailure(
      `it cannot be reached: ${cause instanceof Error ? cause.message : (error as Error).message}`,
    )
  }
  const reading = verifyTimeStamp(bytes, message, [])
  if (!reading.ok) throw new TimeStampFailure(reading.why)
  return bytes
}

async function readBounded(answer: Response): Promise<Uint8Array> {
  const blocks: Uint8Array[] = []
  let size = 0
  for await (const block of answer.body ?? []) {
    size += block.length
    if (size > largestResponse) throw new TimeStampFailure('its answer is too long to be a time stamp')
    blocks.push(block)
  }
  return Buffer.concat(blocks)
}

export type TimeStampReading =
  | {
      readonly ok: true
      /** when, as the authority says */
      readonly time: Date
      /** subject of its certificate */
      readonly authority: string
      /** a root the receiver named vouches for it; false also when none was named */
      readonly isTrusted: boolean
    }
  | { readonly ok: false; readonly why: string }

class Unsound extends Error {}
const need = (condition: unknown, why: string): void => {
  if (!condition) throw new Unsound(why)
}

/** Holds a response against the message it must be for. Never throws: whatever is wrong is said in `why`. */
export function verifyTimeStamp(
  response: Uint8Array,
  message: Uint8Array,
  roots: readonly X509Certificate[],
): TimeStampReading {
  try {
    return check(response, message, roots)
  } catch (error) {
    return { ok: false, why: error instanceof Unsound ? error.message : 'the time stamp is malformed' }
  }
}

function check(
  response: Uint8Array,
  message: Uint8Array,
  roots: readonly X509Certificate[],
): TimeStampReading {
  need(response.length <= largestResponse, 'the time stamp is too long')
  const root = ASN1Obj.parseBuffer(Buffer.from(response) as Buffer<ArrayBuffer>)
  const status = sub(root, 0, 0).toInteger()
  need(status === 0n || status === 1n, `the authority refused (status ${status})`)
  const token = sub(root, 1)
  need(sub(token, 0).toOID() === oid.signedData, 'the time stamp is no signed data')
  const signedData = sub(token, 1, 0)
  const content = sub(signedData, 2)
  need(sub(content, 0).toOID() === oid.tstInfo, 'the signed data is no time stamp')
  const octets = sub(content, 1, 0)
  const raw = octets.value
  const facts = octets.subs[0] ?? ASN1Obj.parseBuffer(raw as Buffer<ArrayBuffer>)
  const imprint = sub(facts, 2)
  const imprintHash = hashNames[sub(imprint, 0, 0).toOID()]
  need(imprintHash, 'the hash of the time stamp is not known')
  const expected = createHash(imprintHash as string)
    .update(message)
    .digest()
  need(expected.equals(sub(imprint, 1).value), 'the time stamp is for other bytes')
  const time = sub(facts, 4).toDate()
  need(!Number.isNaN(time.getTime()), 'the time stamp has no time')

  const signer = sub(signedData.subs[signedData.subs.length - 1] as ASN1Obj, 0)
  const certificate = certificateOf(signedData, signer)
  checkSignature(signer, certificate, raw.length > 0 ? raw : facts.toDER())
  need(
    certificate.keyUsage?.length === 1 && certificate.keyUsage[0] === timeStamping,
    'the certificate of the authority is not one for time stamps',
  )
  need(isValidAt(certificate, time), 'the certificate of the authority was not valid at that time')
  const others = certificatesOf(signedData)
  return {
    ok: true,
    time,
    authority: nameOf(certificate),
    isTrusted: leadsToRoot(certificate, others, roots, time),
  }
}

function sub(from: ASN1Obj, ...way: readonly number[]): ASN1Obj {
  let at: ASN1Obj | undefined = from
  for (const step of way) at = at?.subs[step]
  if (!at) throw new Unsound('the time stamp is malformed')
  return at
}

function certificatesOf(signedData: ASN1Obj): readonly X509Certificate[] {
  const set = signedData.subs.find((one) => one.tag.isContextSpecific(0))
  return (set?.subs ?? []).slice(0, 20).map((one) => new X509Certificate(one.toDER()))
}

/** The certificate whose issuer and serial number the signer names. */
function certificateOf(signedData: ASN1Obj, signer: ASN1Obj): X509Certificate {
  const issuer = sub(signer, 1, 0).toDER()
  const serial = sub(signer, 1, 1).toInteger()
  const found = certificatesOf(signedData).find((certificate) => {
    const body = sub(ASN1Obj.parseBuffer(Buffer.from(certificate.raw) as Buffer<ArrayBuffer>), 0)
    const shift = body.subs[0]?.tag.isContextSpecific(0) ? 1 : 0
    return (
      sub(body, shift).toInteger() === serial &&
      sub(body, shift + 2)
        .toDER()
        .equals(issuer)
    )
  })
  if (!found) throw new Unsound('the certificate of the authority is not in the time stamp')
  return found
}

function checkSignature(signer: ASN1Obj, certificate: X509Certificate, content: Buffer): void {
  const hash = hashNames[sub(signer, 2, 0).toOID()]
  need(hash, 'the hash of the signature is not known')
  const attributes = signer.subs.find((one) => one.tag.isContextSpecific(0))
  if (!attributes) throw new Unsound('the time stamp is not signed as one')
  const attribute = (name: string) =>
    attributes.subs.find((one) => one.subs[0]?.toOID() === name)?.subs[1]?.subs[0]
  const digest = attribute(oid.messageDigest)?.value
  need(attribute(oid.contentType)?.toOID() === oid.tstInfo, 'what is signed is no time stamp')
  need(
    digest?.equals(
      createHash(hash as string)
        .update(content)
        .digest(),
    ),
    'the signature is for another time stamp',
  )
  const signed = attributes.toDER()
  signed[0] = 0x31 // signed as a SET, stored with a tag of its own
  const signature = signer.subs.findLast((one) => one.tag.number === 4 && one.tag.isUniversal())
  const isSound = signature && verify(hash as string, signed, certificate.publicKey, signature.value)
  need(isSound, 'the signature of the authority does not hold')
}

const isValidAt = (certificate: X509Certificate, time: Date) =>
  time.getTime() >= Date.parse(certificate.validFrom) && time.getTime() <= Date.parse(certificate.validTo)

const nameOf = (certificate: X509Certificate) =>
  /^CN=(.+)$/m.exec(certificate.subject)?.[1] ?? certificate.subject.replace(/\n/g, ', ')

function leadsToRoot(
  certificate: X509Certificate,
  others: readonly X509Certificate[],
  roots: readonly X509Certificate[],
  time: Date,
): boolean {
  let at = certificate
  for (let depth = 0; depth < 8; depth++) {
    const issuedBy = (other: X509Certificate) =>
      at.checkIssued(other) && at.verify(other.publicKey) && isValidAt(other, time)
    if (roots.some((root) => at.raw.equals(root.raw) || issuedBy(root))) return true
    const next = others.find((other) => !other.raw.equals(at.raw) && other.ca && issuedBy(other))
    if (!next) return false
    at = next
  }
  return false
}
