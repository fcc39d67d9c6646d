import packageFile from '../../package.json' with { type: 'json' }

/** What this program calls itself. */
export const product = { name: 'Tasktrail', version: packageFile.version } as const
