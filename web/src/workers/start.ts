/** Starts workers of our own bundle and nothing else: the one Trusted Types policy of the pages with keys. */

interface ScriptUrlPolicy {
  createScriptURL(url: string): string;
}

interface TrustedTypes {
  createPolicy(name: string, rules: ScriptUrlPolicy): ScriptUrlPolicy;
}

const rules: ScriptUrlPolicy = {
  createScriptURL(url) {
    const { origin, pathname } = new URL(url, location.href);
    if (origin !== location.origin || !pathname.startsWith("/static/bundle/"))
      throw new TypeError("not our worker");
    return url;
  },
};

const trustedTypes = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes;
const policy = trustedTypes?.createPolicy("siegel-worker", rules) ?? rules;

export function startWorker(url: string): Worker {
  return new Worker(policy.createScriptURL(url), { type: "module" });
}

/** Registers a service worker of our own bundle, for addresses of the bundle's folder alone. */
export function registerWorker(url: string): Promise<ServiceWorkerRegistration> {
  return navigator.serviceWorker.register(policy.createScriptURL(url), { type: "module" });
}
