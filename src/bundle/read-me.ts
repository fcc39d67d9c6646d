/** READ-ME-FIRST.txt: what a bundle is and how to verify it with what Windows and Linux ship. For people without Tasktrail. */

export interface ReadMe {
  readonly name: string
  readonly bundleId: string
  readonly caseNumber: string
  readonly sealedAt: string
  readonly sender: string
  readonly signer:
    | { readonly fingerprint: string; readonly principal: string; readonly line: string }
    | undefined
  /** id of the bundle it replaces */
  readonly supersedes: string | undefined
  /** names of the files under data/derived */
  readonly derived: readonly string[]
  /** ticks, notes, dispositions and the allow-list are in the bundle */
  readonly includesCase: boolean
  /** the verifiers that lie beside the ZIP, each with the SHA-256 of its bytes */
  readonly verifiers: readonly { readonly name: string; readonly sha256: string }[]
}

/** What each file under data/derived is, in the order a receiver looks at them. */
const derivedWords: readonly (readonly [string, string])[] = [
  ['report.html', 'the report: open it in any browser; it holds no script and loads nothing'],
  ['timeline.jsonl', 'every record in order; Timesketch loads it as it is'],
  ['timeline.csv', 'the same for a spreadsheet'],
  ['chains.json', 'what belongs together: logon, share, task, run, and why'],
  ['answers.json', "the playbook's questions for every chain: yes, no or unknown, with records and reasons"],
  ['iocs.csv', "the playbook's IOC table with the records each value was seen in"],
  ['tasks.json', 'every task the evidence knows of, with its history and differences between the views'],
]

/** Plain ASCII apart from names, LF line ends. */
export function readMeText(about: ReadMe): string {
  const { name, signer } = about
  const zip = `${name}.zip`
  const verifySignature = signer
    ? `ssh-keygen -Y verify -f ../allowed_signers -I ${signer.principal} -n tasktrail-bundle@v1 -s signatures/tagmanifest-sha256.txt.sig < tagmanifest-sha256.txt`
    : undefined
  return `${[
    'TASKTRAIL EVIDENCE BUNDLE (tasktrail-bundle/1)',
    '',
    `Bundle      ${name}`,
    `Bundle id   ${about.bundleId}`,
    `Case        ${about.caseNumber}`,
    ...(about.supersedes
      ? [`Supersedes  bundle ${about.supersedes} of the same case: work with this one`]
      : []),
    `Sealed at   ${about.sealedAt} (UTC, clock of the workstation that sealed it)`,
    `Sealed by   ${about.sender}`,
    `Signed by   ${signer ? `${signer.fingerprint}  (compare with your own list, not with this file)` : 'nobody'}`,
    '',
    'WHAT IS IN IT',
    '  data/evidence   files exactly as they were collected; never changed',
    '  data/derived    made from them by Tasktrail; can be made again, and is not evidence:',
    ...derivedWords.flatMap(([file, words]) =>
      about.derived.includes(file) ? [`    ${file.padEnd(15)} ${words}`] : [],
    ),
    ...(about.derived.some((file) => file.endsWith('.csv'))
      ? ["    In the CSV files a ' stands before a cell that a spreadsheet would take for a formula."]
      : []),
    '  data/record     bundle.json, inventory, custody journal, commands, and the schemas of these',
    about.includesCase
      ? "  data/record/analyst.jsonl   the sender's ticks, notes, dispositions and allow-list, each with who, when and why"
      : '  Ticks, notes, dispositions and the allow-list of the sender are not in it; that they were made stands in the custody journal.',
    '  This is a BagIt 1.0 bag (RFC 8493). Times in ZIP entries are the sealing time; real times are in the inventory.',
    '',
    'HOW TO VERIFY IT',
    'Put your allowed_signers file beside the ZIP.',
    'Hashes alone prove nothing against somebody who rewrites them all. Compare the hash of the ZIP with the one in',
    'the TICKET, and check the signature against a key you were given by another way. All steps are needed.',
    '',
    'With Tasktrail:',
    `  tasktrail verify ${zip} --allowed-signers allowed_signers --ticket-sha256 <hash from the ticket>`,
    '',
    'With a verifier that lies beside the ZIP, or better the one you keep. Both find the same and unpack nothing:',
    '  Node.js 20.15 or later',
    `    node verify.mjs ${zip} --allowed-signers allowed_signers --ticket-sha256 <hash from the ticket>`,
    '  Windows PowerShell 5.1 or later, nothing to install',
    `    powershell -NoProfile -ExecutionPolicy Bypass -File verify.ps1 ${zip} -AllowedSigners allowed_signers -TicketSha256 <hash from the ticket>`,
    ...(about.verifiers.length > 0
      ? [
          '  SHA-256 of the verifiers that were put beside this bundle (whoever could change them could change this file too,',
          '  unless the signature above holds):',
          ...about.verifiers.map((one) => `    ${one.sha256}  ${one.name}`),
        ]
      : []),
    '',
    'Linux and macOS:',
    `  sha256sum -c ${zip}.sha256`,
    `  unzip -tq ${zip} && unzip -q ${zip} && cd ${name}`,
    '  sha256sum -c --quiet --strict manifest-sha256.txt && sha256sum -c --quiet tagmanifest-sha256.txt',
    ...(verifySignature ? [`  ${verifySignature}`] : []),
    '  bagit.py --validate --quiet .        (finds extra and missing files, which sha256sum does not)',
    '',
    'Windows 10 and later, in PowerShell:',
    `  (Get-FileHash ${zip} -Algorithm SHA256).Hash`,
    `  tar -xf ${zip} ; cd ${name}`,
    '  Get-Content -Encoding UTF8 manifest-sha256.txt,tagmanifest-sha256.txt | % { $h,$p = $_ -split \'\\s+\',2; if ((Get-FileHash -LiteralPath $p -Algorithm SHA256).Hash -ne $h) { "BAD $p" } }',
    "  $l = Get-Content manifest-sha256.txt | % { ($_ -split '\\s+',2)[1] -replace '/','\\' }; gci data -Recurse -File | ? { $l -notcontains $_.FullName.Substring($PWD.Path.Length+1) } | % { \"EXTRA $_\" }",
    ...(verifySignature
      ? [`  cmd /c "${verifySignature.replace('../', '..\\').replace('signatures/', 'signatures\\')}"`]
      : []),
    '',
    ...(signer
      ? [
          'The line for your allowed_signers file, once you have compared the fingerprint by another way:',
          `  ${signer.principal} namespaces="tasktrail-bundle@v1" ${signer.line}`,
          '',
        ]
      : ['This bundle is not signed: only the hash in the ticket protects it.', '']),
    'CUSTODY',
    '  data/record/custody.jsonl: each line holds the SHA-256 of the line before it. Sealing is its last line.',
  ].join('\n')}\n`
}
