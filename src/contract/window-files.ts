// What both hosts of the window (the local server and Electron's app:// scheme) must agree on: which of the
// built window's files may be asked for, their types, and the headers that keep the page to itself.

/** The built window's file types. A file of any other type is never served. */
const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
}

export type WindowFile =
  | { readonly ok: true; readonly segments: readonly string[]; readonly contentType: string }
  /** 400: does not decode; 403: would leave the folder; 404: nothing of ours has such a name */
  | { readonly ok: false; readonly status: 400 | 403 | 404 }

/**
 * The file below the built window's folder that a request path (percent-encoded, with or without query) names.
 * Works by allowing: every segment is a plain name, so separators, drive letters, streams (`::$DATA`) and
 * device tricks of any platform cannot be spelt, whatever decoding hides them.
 */
export function windowFile(requestPath: string): WindowFile {
  let path: string
  try {
    path = decodeURIComponent(/^[^?#]*/.exec(requestPath)?.[0] ?? '')
  } catch {
    return { ok: false, status: 400 }
  }
  if (!path.startsWith('/')) return { ok: false, status: 400 }
  const segments = path === '/' ? ['index.html'] : path.slice(1).split('/')
  if (segments.some((segment) => /^\.+$/.test(segment) || /[\\:\0]/.test(segment)))
    return { ok: false, status: 403 }
  if (!segments.every((segment) => /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/.test(segment)))
    return { ok: false, status: 404 }
  const last = segments.at(-1) ?? ''
  const dot = last.lastIndexOf('.')
  const contentType = dot > 0 ? contentTypes[last.slice(dot)] : undefined
  return contentType ? { ok: true, segments, contentType } : { ok: false, status: 404 }
}

/** The page's Content-Security-Policy; `connect` is what it may talk to: `'none'`, or the socket's own origin. */
export const contentSecurityPolicy = (connect: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src ${connect}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "object-src 'none'",
  ].join('; ')

/** Headers of every answer that carries a file of the window. */
export const windowHeaders = (connect: string): Readonly<Record<string, string>> => ({
  'cache-control': 'no-store',
  'content-security-policy': contentSecurityPolicy(connect),
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), usb=(), serial=(), hid=()',
})
