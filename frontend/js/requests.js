/** Headers of a request that changes something: CSRF token and the mark of a partial. */
export function headers() {
  return { ...JSON.parse(document.body.getAttribute("hx-headers") || "{}"), "HX-Request": "true" };
}

/** GET a URL as JSON. Throws on any answer but 2xx. */
export async function getJson(url, options = {}) {
  const response = await fetch(url, { ...options, headers: { Accept: "application/json" }, credentials: "same-origin" });
  if (!response.ok) throw new Error(`${response.status} ${url}`);
  return response.json();
}

/** POST name/value pairs (object or FormData); gives the Response. */
export function post(url, values = {}) {
  const body = values instanceof FormData ? values : new URLSearchParams(values);
  return fetch(url, { method: "POST", body, headers: headers(), credentials: "same-origin" });
}

/** The URL with one more query parameter. */
export function withParameter(url, name, value) {
  const full = new URL(url, location.href);
  full.searchParams.set(name, value);
  return full.pathname + full.search;
}

/** Calls `act` once nothing has called the result for `wait` milliseconds. */
export function debounced(act, wait) {
  let timer;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => act(...values), wait);
  };
}
