const YEAR = 365 * 24 * 3600;

/** Remembers a choice of the page's looks for a year; the server reads it to draw the page right at once. */
export function remember(name, value) {
  document.cookie = `${name}=${encodeURIComponent(value)}; path=/; max-age=${YEAR}; samesite=lax`;
}
