/** SHA-256 of each script in resources/powershell. Made by `vitest run test/unit/acquire/script-text.test.ts -u`. */
export const scriptPins = {
  'agent.ps1': 'dc6f2fc95289be6e070c055d2ae1f03bb74aa0bef171839412f44533f413a2fd',
  'bootstrap.ps1': '565a9684f3046abe13964705ae02c5511f17fd777a07e0832fc08100d46da423',
  'cim.ps1': 'd7fac9fa666f3d0dea97184782e93ada0f58687b1ab8f4db79efdee17d92c3fd',
  'host.ps1': '26a1396e9bd8a8408bcb9b9421a90d544c526ab26bbc4c6826ce43fee590b81a',
  'jump.ps1': '49ef5f14a0a0b344effe3296c980c071d66df5e766d6ed2b466ad371b20d37b2',
  'logs.ps1': '8bd212a8ed87776091c87749b9e06a544644a38bd81ecfed01068047f813beb9',
  'protocol.ps1': 'a490480ad9d3a2190c89bcd34dae69adcb8e754d9f526678b1722e7c1f8aa0b0',
  'state.ps1': '5427abe4ea216da47aed6bca3f3fc49e3406238bad8c6c744dce9ddc0ab50c62',
  'tasks.ps1': 'd3039a9fe968605c3e4999bcfbcf498e0d5da292fe5f0555fd3cd362004f4356',
} as const
