#!/usr/bin/env node
// `tasktrail <verb>` from a checkout: the same as `npm run -s tasktrail -- <verb>`, in the caller's own folder.
process.argv.splice(2, 0, 'tasktrail')
await import('./run.mjs')
