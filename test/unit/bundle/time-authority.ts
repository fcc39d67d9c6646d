/** A time stamping authority of openssl's, for tests. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface TimeAuthority {
  readonly rootPem: string
  answer(query: Uint8Array): Uint8Array
  /** the same statement of a time, changed by `edit`, signed by a certificate openssl itself would refuse */
  forge(query: Uint8Array, usage: string, edit?: (statement: Buffer) => Buffer): Uint8Array
  serve(): Promise<{ url: string; close(): void }>
  remove(): void
}

/** @param usage extended key usage of its certificate */
export function makeTimeAuthority(
  usage = 'critical,timeStamping',
  kind: 'rsa' | 'ec' = 'rsa',
): TimeAuthority {
  const dir = mkdtempSync(join(tmpdir(), 'tasktrail-tsa-'))
  const run = (...args: string[]) =>
    execFileSync('openssl', args, { cwd: dir, stdio: ['ignore', 'pipe', 'pipe'] })
  const newKey =
    kind === 'rsa' ? ['-newkey', 'rsa:2048'] : ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256']
  writeFileSync(
    join(dir, 'tsa.cnf'),
    [
      '[req]\ndistinguished_name=dn\n[dn]\n',
      `[tsa]\nextendedKeyUsage=${usage}\nbasicConstraints=CA:false\n`,
      '[ca]\nbasicConstraints=critical,CA:true\nkeyUsage=keyCertSign\n',
      '[tsa_config]\nserial=serial\ncrypto_device=builtin\nsigner_cert=tsa.pem\nsigner_key=tsa.key\ncerts=root.pem\n',
      'default_policy=1.2.3.4\ndigests=sha256\nsigner_digest=sha256\naccuracy=secs:1\nordering=no\ntsa_name=yes\ness_cert_id_chain=no\n',
    ].join(''),
  )
  writeFileSync(join(dir, 'serial'), '01\n')
  const common = ['-config', 'tsa.cnf', '-nodes', '-days', '30']
  run(
    'req',
    '-x509',
    ...newKey,
    ...common,
    '-keyout',
    'root.key',
    '-out',
    'root.pem',
    '-subj',
    '/CN=Test root',
    '-extensions',
    'ca',
  )
  run(
    'req',
    '-new',
    ...newKey,
    '-config',
    'tsa.cnf',
    '-nodes',
    '-keyout',
    'tsa.key',
    '-out',
    'tsa.csr',
    '-subj',
    '/CN=Test authority',
  )
  run(
    'x509',
    '-req',
    '-in',
    'tsa.csr',
    '-CA',
    'root.pem',
    '-CAkey',
    'root.key',
    '-CAcreateserial',
    '-days',
    '30',
    '-out',
    'tsa.pem',
    '-extfile',
    'tsa.cnf',
    '-extensions',
    'tsa',
  )
  const answer = (query: Uint8Array): Uint8Array => {
    writeFileSync(join(dir, 'query.tsq'), query)
    run(
      'ts',
      '-reply',
      '-config',
      'tsa.cnf',
      '-section',
      'tsa_config',
      '-queryfile',
      'query.tsq',
      '-out',
      'reply.tsr',
    )
    return new Uint8Array(readFileSync(join(dir, 'reply.tsr')))
  }
  return {
    rootPem: readFileSync(join(dir, 'root.pem'), 'utf8'),
    answer,
    forge(query, usage, edit = (statement) => statement) {
      writeFileSync(
        join(dir, 'forged.cnf'),
        `[forged]\nextendedKeyUsage=${usage}\nbasicConstraints=CA:false\n`,
      )
      const from = ['-in', 'tsa.csr', '-CA', 'root.pem', '-CAkey', 'root.key', '-CAcreateserial']
      run(
        'x509',
        '-req',
        ...from,
        '-days',
        '30',
        '-out',
        'forged.pem',
        '-extfile',
        'forged.cnf',
        '-extensions',
        'forged',
      )
      // the certificate comes first: a time before it began would not count
      writeFileSync(join(dir, 'good.tsr'), answer(query))
      run('ts', '-reply', '-in', 'good.tsr', '-token_out', '-out', 'good.der')
      run(
        'cms',
        '-verify',
        '-inform',
        'DER',
        '-in',
        'good.der',
        '-noverify',
        '-binary',
        '-out',
        'statement.der',
      )
      writeFileSync(join(dir, 'statement.der'), edit(readFileSync(join(dir, 'statement.der'))))
      const content = [
        '-nodetach',
        '-binary',
        '-econtent_type',
        '1.2.840.113549.1.9.16.1.4',
        '-in',
        'statement.der',
      ]
      const signer = ['-signer', 'forged.pem', '-inkey', 'tsa.key', '-md', 'sha256', '-outform', 'DER']
      run('cms', '-sign', ...content, ...signer, '-out', 'forged.der')
      const token = readFileSync(join(dir, 'forged.der'))
      const length = Buffer.alloc(2)
      length.writeUInt16BE(token.length + 5)
      return new Uint8Array(
        Buffer.concat([Buffer.from('3082', 'hex'), length, Buffer.from('3003020100', 'hex'), token]),
      )
    },
    async serve() {
      const server = createServer((request, response) => {
        const blocks: Buffer[] = []
        request.on('data', (block: Buffer) => blocks.push(block))
        request.on('end', () => {
          response.setHeader('content-type', 'application/timestamp-reply')
          response.end(answer(Buffer.concat(blocks)))
        })
      })
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      return {
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
        close: () => server.close(),
      }
    },
    remove: () => rmSync(dir, { recursive: true, force: true }),
  }
}
