// The commands of the bundle specification (§7), filled in for one sealed bundle: what the receiver types to verify it
// with standard tools alone. Pure text; nothing is run.

export interface SealedFacts {
  /** path of the sealed file; only its last part is used */
  readonly path: string
  readonly zipSha256: string
  /** `ssh-ed25519 AAAA…`; undefined when it is not signed */
  readonly publicKey: string | undefined
  /** the name the receiver keeps for the signer in `allowed_signers` */
  readonly identity: string
}

export interface CommandStep {
  readonly what: string
  readonly command: string
}

export const signingNamespace = 'tasktrail-bundle@v1'

/** The operator's name as an identity of `allowed_signers`: no blanks, no wildcards, no commas. */
export function identityOf(operator: string): string {
  const slug = operator
    .trim()
    .replace(/[^A-Za-z0-9.@_-]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
  return slug || 'sender'
}

/** The line the receiver adds to `allowed_signers` after comparing the fingerprint by another way. */
export const allowedSignersLine = (identity: string, publicKey: string): string =>
  `${identity} namespaces="${signingNamespace}" ${publicKey.trim().split(/\s+/).slice(0, 2).join(' ')}`

export const fileName = (path: string): string => path.split(/[\\/]/).at(-1) ?? path
const plain = /^[A-Za-z0-9._@-]+$/
const forShell = (text: string) => (plain.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`)
const forPowerShell = (text: string) => (plain.test(text) ? text : `'${text.replaceAll("'", "''")}'`)

const signature = 'signatures/tagmanifest-sha256.txt.sig'

/** For Linux and macOS with coreutils, unzip and OpenSSH. */
export function linuxSteps(facts: SealedFacts): readonly CommandStep[] {
  const zip = forShell(fileName(facts.path))
  const folder = forShell(fileName(facts.path).replace(/\.zip$/i, ''))
  return [
    {
      what: 'The file arrived as it was sent',
      command: `sha256sum -c ${forShell(`${fileName(facts.path)}.sha256`)}`,
    },
    {
      what: 'The file is the one named in the ticket',
      command: `echo '${facts.zipSha256}  '${zip} | sha256sum -c -`,
    },
    { what: 'It unpacks without a fault', command: `unzip -tq ${zip} && unzip -q ${zip} && cd ${folder}` },
    {
      what: 'Every file is as it was sealed',
      command:
        'sha256sum -c --quiet --strict manifest-sha256.txt && sha256sum -c --quiet tagmanifest-sha256.txt',
    },
    ...(facts.publicKey === undefined
      ? []
      : [
          {
            what: 'The signer is who you expect (allowed_signers lies beside the ZIP)',
            command: `ssh-keygen -Y verify -f ../allowed_signers -I ${facts.identity} -n ${signingNamespace} -s ${signature} < tagmanifest-sha256.txt`,
          },
        ]),
    { what: 'Nothing was added', command: 'bagit.py --validate --quiet .' },
    {
      what: 'The custody journal is unbroken',
      command:
        'p=$(printf \'0%.0s\' $(seq 64)); while IFS= read -r l; do [ "$(printf %s "$l"|jq -r .prev)" = "$p" ] || { echo BROKEN; break; }; p=$(printf %s "$l"|sha256sum|cut -c1-64); done < data/record/custody.jsonl',
    },
  ]
}

/** For Windows 10 1803 and later, in PowerShell. */
export function windowsSteps(facts: SealedFacts): readonly CommandStep[] {
  const zip = forPowerShell(fileName(facts.path))
  const folder = forPowerShell(fileName(facts.path).replace(/\.zip$/i, ''))
  return [
    {
      what: 'The file is the one named in the ticket: True',
      command: `(Get-FileHash ${zip} -Algorithm SHA256).Hash -eq '${facts.zipSha256}'`,
    },
    { what: 'It unpacks without a fault', command: `tar -xf ${zip} ; cd ${folder}` },
    {
      what: 'Every file is as it was sealed: no line says BAD',
      command:
        'Get-Content -Encoding UTF8 manifest-sha256.txt,tagmanifest-sha256.txt | % { $h,$p = $_ -split \'\\s+\',2; if ((Get-FileHash -LiteralPath $p -Algorithm SHA256).Hash -ne $h) { "BAD $p" } }',
    },
    {
      what: 'Nothing was added: no line says EXTRA',
      command:
        "$l = Get-Content manifest-sha256.txt | % { ($_ -split '\\s+',2)[1] -replace '/','\\' }; gci data -Recurse -File | ? { $l -notcontains $_.FullName.Substring($PWD.Path.Length+1) } | % { \"EXTRA $_\" }",
    },
    ...(facts.publicKey === undefined
      ? []
      : [
          {
            what: 'The signer is who you expect (allowed_signers lies beside the ZIP)',
            command: `cmd /c "ssh-keygen -Y verify -f ..\\allowed_signers -I ${facts.identity} -n ${signingNamespace} -s ${signature.replaceAll('/', '\\')} < tagmanifest-sha256.txt"`,
          },
        ]),
  ]
}
