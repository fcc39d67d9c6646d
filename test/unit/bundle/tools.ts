import { spawnSync } from 'node:child_process'

/** True when a stock tool is installed. Without it a test is left out with a printed reason; with CI=true that is a failure. */
export function haveTool(name: string): boolean {
  const found = !spawnSync(name, ['--version'], { stdio: 'ignore' }).error
  if (!found) {
    const reason = `${name} is not installed: what it says of a bundle is not tested`
    if (process.env.CI === 'true') throw new Error(reason)
    console.warn(reason)
  }
  return found
}
