/**
 * The login of this browser, shared by its tabs through localStorage.
 *
 * Of the tokens that come of one refresh token only the last is good. So one tab at a time may exchange it, and once
 * for all that wait in this tab; whoever had to wait looks first whether it has been done.
 */
import { ApiError, call } from "./api.js";
import { oneTabAtATime } from "./one_tab.js";
import { ofBrowser } from "./storage.js";
import { computed, signal } from "./ui.js";
import { sharedWords } from "../words/index.js";

const KEY = "interview-tracker.login";
const EARLY_MS = 30_000;
const SPREAD_MS = 100;

/** The signed-in user as the API shows it, or null. */
export const user = signal(stored()?.user ?? null);

/** Who is signed in, or null: changes with the person, not with what is known of them. */
export const userId = computed(() => user.value?.id ?? null);

window.addEventListener("storage", (event) => {
  if (event.key === KEY || event.key === null) user.value = stored()?.user ?? null;
});

/** Open an account and sign in to it. */
export async function register(fields) {
  await call("POST", "/api/v1/auth/register", { body: fields });
  await signIn(fields.email, fields.password);
}

/** Sign in by email and password. */
export async function signIn(email, password) {
  keep(await call("POST", "/api/v1/auth/login", { body: { email, password } }));
}

/** End the login here and, if it can be reached, on the server. */
export async function signOut() {
  const token = stored()?.access_token;
  forget();
  await call("POST", "/api/v1/auth/logout", { token }).catch(() => {});
}

/** Forget the login here: its account is gone, so that there is nothing to end on the server. */
export function forgetLogin() {
  forget();
}

/** Take over what the API says of the user after a change of their account. */
export function keepUser(account) {
  const login = stored();
  if (!login) return;
  ofBrowser.set(KEY, JSON.stringify({ ...login, user: account }));
  user.value = account;
}

/** Perform a call as the signed-in user; a login that no longer holds is forgotten. */
export async function callAsUser(method, path, options = {}) {
  const login = await freshLogin();
  try {
    return await call(method, path, { ...options, token: login.access_token });
  } catch (error) {
    if (error.status !== 401) throw error;
  }
  const renewed = await exchange(login);
  return call(method, path, { ...options, token: renewed.access_token });
}

/** Return the login with an access token that is good for a while. */
async function freshLogin() {
  const login = required(stored());
  return login.expires_at - Date.now() > EARLY_MS ? login : exchange(login);
}

function required(login) {
  if (login) return login;
  throw new ApiError(401, sharedWords.signedOut);
}

let exchanging = null;

function exchange(spent) {
  exchanging ??= oneTabAtATime(KEY, () => renewed(spent)).finally(() => (exchanging = null));
  return exchanging;
}

async function renewed(spent) {
  const login = required(stored());
  // Not by the access token: two that are issued within a second are the same.
  if (login.refresh_token !== spent.refresh_token) return login;
  try {
    keep(await call("POST", "/api/v1/auth/refresh", { body: { refresh_token: login.refresh_token } }));
    // Other tabs may see what was stored a little later than that it is their turn.
    await new Promise((resolve) => setTimeout(resolve, SPREAD_MS));
    return required(stored());
  } catch (error) {
    if (error.status === 401 || error.status === 422) {
      // Signed in again in another tab meanwhile?
      const present = stored();
      if (present && present.refresh_token !== login.refresh_token) return present;
      forget();
    }
    throw error;
  }
}

function stored() {
  try {
    const login = JSON.parse(ofBrowser.get(KEY) ?? "null");
    return isLogin(login) ? login : null;
  } catch {
    return null;
  }
}

/** What stands there may be of another version, or of nobody's making. */
function isLogin(login) {
  const texts = [login?.access_token, login?.refresh_token, login?.user?.id, login?.user?.email];
  return texts.every((text) => typeof text === "string");
}

function keep({ access_token, refresh_token, expires_in, user: account }) {
  const login = { access_token, refresh_token, expires_at: Date.now() + expires_in * 1000, user: account };
  ofBrowser.set(KEY, JSON.stringify(login));
  user.value = account;
}

function forget() {
  ofBrowser.remove(KEY);
  user.value = null;
}
