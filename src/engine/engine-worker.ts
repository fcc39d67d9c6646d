// Entry of the engine's thread in browser mode and in tests: ports come from the thread that started it.
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { assert } from '../base/refusal.ts'
import { openEngine } from './open-engine.ts'
import { runEngineThread } from './run-engine-thread.ts'
import type { EngineSetup } from './start-engine.ts'

assert(parentPort, 'engine-worker runs in a worker thread')
runEngineThread(parentPort as MessagePort, openEngine(workerData as EngineSetup))
