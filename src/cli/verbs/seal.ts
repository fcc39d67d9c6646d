import { resolve } from 'node:path'
import { escapeLine } from '../../base/escape.ts'
import { withCase } from '../case-folder.ts'
import { exitCode, UsageError } from '../exit-code.ts'
import { jsonDocument } from '../json-text.ts'
import { bytesInWords, progressLine } from '../progress-line.ts'
import { askPassphrase } from '../read-secret.ts'
import { labelled } from '../text-table.ts'
import {
  type AddVerb,
  type CaseOption,
  linesText,
  type ProgressOption,
  type Surface,
  withCaseOption,
  withExamples,
  withProgressOption,
} from '../verb.ts'
import { verdictCode } from './verify.ts'

interface Options extends CaseOption, ProgressOption {
  readonly out: string
  /** a key file; true: the operator's own key */
  readonly sign: boolean | string
  /** a key ssh-agent holds; true: its only one */
  readonly agent?: true | string
  readonly caseNumber: string
  readonly purpose: string
  readonly to: readonly string[]
  readonly timeStamp?: string
  readonly includeCase?: true
  readonly supersedes?: string
  readonly organisation?: string
  readonly contact?: string
  readonly json?: true
}

export const addSeal: AddVerb = (program, surface, run) => {
  const command = program
    .command('seal')
    .summary('hand the case over as a signed bundle')
    .description(
      'Packs the case into one ZIP that anybody can check without Tasktrail: evidence, custody journal, timeline, chains, answers,\n' +
        'IOC table, tasks and what could not be told, with SHA-256 manifests, signed. The passphrase of a key is asked for and not shown;\n' +
        'where there is no terminal it is taken from $TASKTRAIL_KEY_PASSPHRASE. `tasktrail key` shows what to tell the receiver.\n' +
        'With an age1… key, or $TASKTRAIL_AGE_PASSPHRASE set, an encrypted copy for the way to the receiver is written beside it.',
    )
    .option('--out <dir>', 'folder to write the bundle into', '.')
    .option('--sign [key]', 'sign with this key file (default: your own key, made on first use)', true)
    .option(
      '--agent [key]',
      'sign with a key ssh-agent holds, by fingerprint or comment (default: its only one)',
    )
    .option('--no-sign', 'leave the bundle unsigned')
    .option('--case-number <text>', 'number of the case or ticket', '')
    .option('--purpose <text>', 'why it is handed over', '')
    .option(
      '--to <who>',
      'who receives it: a name, or an age1… key to encrypt for; may be given again',
      oneMore,
      [],
    )
    .option(
      '--include-case',
      'hand over your ticks, notes, dispositions and allow-list as well (data/record/analyst.jsonl)',
    )
    .option('--supersedes <bundle>', 'name or id of an earlier bundle of this case that this one replaces')
    .option('--organisation <name>', 'on whose behalf (default: $TASKTRAIL_ORGANISATION)')
    .option('--contact <text>', 'how you are reached: address or telephone (default: $TASKTRAIL_CONTACT)')
    .option(
      '--time-stamp <url>',
      'ask this authority for a time stamp (RFC 3161); sealed without when it fails',
    )
    .option('--json', 'print path, digests and signer as one JSON document')
  withProgressOption(withCaseOption(command)).action((options: Options) =>
    run(() => sealVerb(surface, options)),
  )
  withExamples(command, [
    'seal --case fs01 --out handover --case-number INC-2026-0142 --to "Tier 2"',
    'seal --case fs01 --out handover --to "Tier 2" --to age1…',
    'seal --case fs01 --out handover --no-sign --json',
  ])
}

/** Which key is meant. @throws UsageError when two are */
export function keyWish(
  terminal: Pick<Surface['terminal'], 'cwd'>,
  { sign, agent }: Pick<Options, 'sign' | 'agent'>,
) {
  if (agent !== undefined && sign !== true)
    throw new UsageError('--agent and --sign name two keys, or none: give one of them')
  if (agent !== undefined) return { agent: agent === true ? '' : agent }
  return typeof sign === 'string' ? { keyFile: resolve(terminal.cwd, sign) } : sign
}

/** `--to` takes receivers by name and by age key; each may be given several times. */
const oneMore = (text: string, before: readonly string[]): readonly string[] => [...before, text]
const isKey = (text: string) => /^age1/i.test(text)

async function sealVerb({ terminal, doors }: Surface, options: Options) {
  const progress = progressLine(terminal, options.progress)
  try {
    const sealed = await withCase(options.case, terminal, doors, (open) =>
      doors.sealCase(open, {
        outDir: resolve(terminal.cwd, options.out),
        sign: keyWish(terminal, options),
        passphrase: askPassphrase(terminal),
        caseNumber: options.caseNumber,
        purpose: options.purpose,
        to: options.to.filter((one) => !isKey(one)).join(', '),
        recipients: options.to.filter(isKey),
        encryptionPassphrase: terminal.env.TASKTRAIL_AGE_PASSPHRASE || undefined,
        includeCase: options.includeCase,
        supersedes: options.supersedes,
        organisation: options.organisation ?? terminal.env.TASKTRAIL_ORGANISATION,
        contact: options.contact ?? terminal.env.TASKTRAIL_CONTACT,
        timeStampUrl: options.timeStamp,
        signal: terminal.signal,
        onProgress: progress.onProgress,
      }),
    )
    progress.clear()
    const lines = labelled(
      [
        ['bundle', sealed.path],
        ['SHA-256', sealed.zipSha256],
        ['beside it', sealed.sidecar],
        ...sealed.verifiers.map((path) => ['verifier', path] as const),
        ['bag digest', sealed.bagDigest],
        ['signed by', sealed.signer ? sealed.signer.fingerprint : 'nobody'],
        ...(sealed.signer ? [['public key', sealed.signer.publicKey] as const] : []),
        ['holds', `${sealed.files} files, ${bytesInWords(sealed.bytes)}`],
        ['checked', sealed.verdict],
        ...(sealed.timeStamp
          ? [['time stamp', sealed.timeStamp.time ?? `none: ${sealed.timeStamp.why ?? 'no answer'}`] as const]
          : []),
        ...(sealed.encrypted
          ? [['encrypted', sealed.encrypted.path] as const, ['its SHA-256', sealed.encrypted.sha256] as const]
          : []),
      ],
      Number.isFinite(terminal.columns) ? terminal.columns : 120,
      '',
    )
    const left = await doors.findLeftovers([resolve(terminal.cwd, options.out)])
    if (left.length > 0)
      terminal.tell(
        `tasktrail: ${left.length} leftovers of interrupted runs lie in ${escapeLine(options.out)}: see \`tasktrail leftovers\`\n`,
      )
    const advice =
      'Write the SHA-256 into the ticket: the receiver compares with that, not with the file beside it.'
    await terminal.write(options.json ? jsonDocument(sealed) : linesText([...lines, '', advice]))
    // an unknown signer is what one's own fresh signature looks like here; only a bad bundle is a bad outcome
    const code = verdictCode(sealed.verdict)
    return code === exitCode.reservations ? exitCode.done : code
  } finally {
    progress.clear()
  }
}
