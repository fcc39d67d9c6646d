/** With an encoded command Windows PowerShell writes errors and progress to stderr as CLIXML: readable text for the journal. */

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

/** The texts of error records in `#< CLIXML` output, or the output as it is. Progress is left out. Never fails. */
export function stderrText(stderr: string): string {
  if (!stderr.includes('#< CLIXML')) return stderr
  const plain = stderr.replace(/#< CLIXML\s*/g, '').replace(/<Objs [\s\S]*?(<\/Objs>|$)/g, '')
  const errors = [...stderr.matchAll(/<S S="(?:Error|Warning)">([^<]{0,4000})<\/S>/g)].map(([, text = '']) =>
    text
      .replace(/_x([0-9A-Fa-f]{4})_/g, (_, unit: string) => String.fromCharCode(Number.parseInt(unit, 16)))
      .replace(/&(lt|gt|amp|quot|apos);/g, (_, name: string) => entities[name] ?? ''),
  )
  return `${plain}${errors.join('')}`.trim()
}
