/** Ids that come out the same whoever makes them from the same values: UUID version 5 (RFC 9562 §5.5). */
import { createHash } from 'node:crypto'

/** Namespace of the ids we give: of cases, chains, notes and the like. */
export const ourNamespace = 'b9a6f0c2-5d0e-5c7a-9d55-7461736b7472'

/** @param namespace a UUID */
export function uuid5(name: string, namespace: string = ourNamespace): string {
  const hash = createHash('sha1')
    .update(Buffer.from(namespace.replaceAll('-', ''), 'hex'))
    .update(name)
    .digest()
  const bytes = hash.subarray(0, 16)
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x50
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
