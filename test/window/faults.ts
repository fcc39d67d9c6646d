/** What axe finds wrong on a page: rule and places. It must have looked at something to say nothing. */
import AxeBuilder from '@axe-core/playwright'
import type { Page } from 'playwright-core'

export async function faultsOf(page: Page): Promise<readonly string[]> {
  const { violations, passes } = await new AxeBuilder({ page }).analyze()
  if (passes.length < 10) throw new Error(`axe applied only ${passes.length} rules: it did not see the page`)
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')}`))
}
