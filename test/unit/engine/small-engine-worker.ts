// The product's engine thread with the small router in place of the product's.
import { type MessagePort, parentPort } from 'node:worker_threads'
import { attachRouter } from '../../../src/engine/attach.ts'
import { runEngineThread } from '../../../src/engine/run-engine-thread.ts'
import { smallRouter } from './small-router.ts'

const trace: string[] = []
const journal = (line: string) => void trace.push(line)
const attach = attachRouter(smallRouter, { trace }, journal)
runEngineThread(parentPort as MessagePort, { attach, close: () => {}, journal })
