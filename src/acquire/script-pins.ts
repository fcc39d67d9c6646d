/** SHA-256 of each script in resources/powershell. Made by `vitest run test/unit/acquire/script-text.test.ts -u`. */
export const scriptPins = {
  'agent.ps1': '2ae2056ec67de1b875f5bb6d1663d40451bf59913f86bf0d6653240c91abb99a',
  'bootstrap.ps1': '565a9684f3046abe13964705ae02c5511f17fd777a07e0832fc08100d46da423',
  'cim.ps1': '10390a14227471788f7914177fd089c59b773a746800a355aa6ddb8c2b49209c',
  'host.ps1': '618fac0b069358d8688e032bbc65d24f25e30bc9b2bf77c97843cfae6ff971e6',
  'jump.ps1': '09a2e8f3728e9d82cb360e5b6ef6bf8320af642cda0fe148c1c77a20c4e8cc24',
  'logs.ps1': '49484efc73179ba74c69473785aa84cc5b14b320f184f2aeb8bf161da71404ca',
  'protocol.ps1': '4abfd70c8a0f881ffeb77a02d0c2b8c2d93b879beb0a20b72956e1b4d23abf19',
  'state.ps1': '5427abe4ea216da47aed6bca3f3fc49e3406238bad8c6c744dce9ddc0ab50c62',
  'tasks.ps1': 'd3039a9fe968605c3e4999bcfbcf498e0d5da292fe5f0555fd3cd362004f4356',
} as const
