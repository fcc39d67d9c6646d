import { X509Certificate } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { requestTimeStamp, timeStampQuery, verifyTimeStamp } from '../../../src/bundle/time-stamp.ts'
import { makeTimeAuthority, type TimeAuthority } from './time-authority.ts'
import { haveTool } from './tools.ts'

const message = new TextEncoder().encode('tag manifest')

describe.skipIf(!haveTool('openssl'))('a time stamp', () => {
  let authority: TimeAuthority
  let root: X509Certificate
  beforeAll(() => {
    authority = makeTimeAuthority()
    root = new X509Certificate(authority.rootPem)
  })
  afterAll(() => authority.remove())

  it('is asked for in 69 bytes that openssl understands', () => {
    const query = timeStampQuery(message)
    expect(query).toHaveLength(69)
    expect(() => authority.answer(query)).not.toThrow()
  })
  it('is verified, and trusted only through a root the receiver names', () => {
    const response = authority.answer(timeStampQuery(message))
    const reading = verifyTimeStamp(response, message, [root])
    expect(reading).toMatchObject({ ok: true, authority: 'Test authority', isTrusted: true })
    expect(reading.ok && Math.abs(reading.time.getTime() - Date.now())).toBeLessThan(60_000)
    expect(verifyTimeStamp(response, message, [])).toMatchObject({ ok: true, isTrusted: false })
  })
  it('of an elliptic key holds as well', () => {
    const other = makeTimeAuthority('critical,timeStamping', 'ec')
    const response = other.answer(timeStampQuery(message))
    expect(verifyTimeStamp(response, message, [new X509Certificate(other.rootPem)])).toMatchObject({
      isTrusted: true,
    })
    expect(verifyTimeStamp(response, message, [root])).toMatchObject({ ok: true, isTrusted: false })
    other.remove()
  })
  it('for other bytes, or with any byte changed, does not hold', () => {
    const response = authority.answer(timeStampQuery(message))
    expect(verifyTimeStamp(response, new TextEncoder().encode('other'), [root])).toEqual({
      ok: false,
      why: 'the time stamp is for other bytes',
    })
    let trusted = 0
    for (let at = 0; at < response.length; at += 7) {
      const changed = response.slice()
      changed[at] = (changed[at] as number) ^ 0x20
      const reading = verifyTimeStamp(changed, message, [root])
      if (reading.ok && reading.isTrusted) trusted++
    }
    // bytes that no signature covers: the status text's frame and the root certificate that is sent along
    expect(trusted).toBeLessThan(response.length / 7 / 2)
    expect(verifyTimeStamp(response.subarray(0, 200), message, [root]).ok).toBe(false)
    expect(verifyTimeStamp(new Uint8Array(0), message, [root]).ok).toBe(false)
  })
  it('A35 is fetched over HTTP; an authority that is down or answers nonsense is a failure with a reason', async () => {
    const serving = await authority.serve()
    const response = await requestTimeStamp(serving.url, message)
    serving.close()
    expect(verifyTimeStamp(response, message, [root])).toMatchObject({ isTrusted: true })
    await expect(requestTimeStamp(serving.url, message)).rejects.toThrow('cannot be reached')
    const nonsense = createServer((_, answer) => answer.end('hello'))
    await new Promise<void>((resolve) => nonsense.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(nonsense.address() as AddressInfo).port}/`
    await expect(requestTimeStamp(url, message)).rejects.toThrow('malformed')
    nonsense.close()
  })
  it('signed by a certificate that is not one for time stamps does not hold', () => {
    const good = timeStampQuery(message)
    expect(verifyTimeStamp(authority.forge(good, 'critical,timeStamping'), message, [root])).toMatchObject({
      isTrusted: true,
    })
    for (const usage of ['serverAuth', 'critical,timeStamping,serverAuth'])
      expect(verifyTimeStamp(authority.forge(good, usage), message, [root])).toEqual({
        ok: false,
        why: 'the certificate of the authority is not one for time stamps',
      })
  })
  it('of a time at which the certificate was not valid does not hold', () => {
    const later = (statement: Buffer) =>
      Buffer.from(
        statement.toString('latin1').replace(/20\d\d(\d{10}Z)/, (_, rest: string) => `2049${rest}`),
        'latin1',
      )
    const response = authority.forge(timeStampQuery(message), 'critical,timeStamping', later)
    expect(verifyTimeStamp(response, message, [root])).toEqual({
      ok: false,
      why: 'the certificate of the authority was not valid at that time',
    })
  })
})
