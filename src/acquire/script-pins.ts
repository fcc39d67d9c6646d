/** SHA-256 of each script in resources/powershell. Made by `vitest run test/unit/acquire/script-text.test.ts -u`. */
export const scriptPins = {
  'agent.ps1': '2ae2056ec67de1b875f5bb6d1663d40451bf59913f86bf0d6653240c91abb99a',
  'bootstrap.ps1': '565a9684f3046abe13964705ae02c5511f17fd777a07e0832fc08100d46da423',
  'cim.ps1': '10390a14227471788f7914177fd089c59b773a746800a355aa6ddb8c2b49209c',
  'host.ps1': '618fac0b069358d8688e032bbc65d24f25e30bc9b2bf77c97843cfae6ff971e6',
  'jump.ps1': '09a2e8f3728e9d82cb360e5b6ef6bf8320af642cda0fe148c1c77a20c4e8cc24',
  'logs.ps1': '49484efc73179ba74c69473785aa84cc5b14b320f184f2aeb8bf161da71404ca',
  'protocol.ps1': 'b1e36b6e477677eb05465e32dbca3d0563cb959abd70b557f78bafc4c3a17f02',
  'state.ps1': '5427abe4ea216da47aed6bca3f3fc49e3406238bad8c6c744dce9ddc0ab50c62',
  'tasks.ps1': 'b60684f0455ad7948251f6582d8a84bd3feb74f77fb256f48aa48c980a38cc2b',
} as const
