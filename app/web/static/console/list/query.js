/** What the list's address asks the API for. */

const PER_PAGE = 50;
/** Filters as they are named in the address and by the API. */
export const FILTERS = ["search", "status", "tag", "company", "source", "date_from", "date_to"];

/**
 * Return the API's filters for an address: archived positions are left out unless it says otherwise.
 *
 * @param {URLSearchParams} address
 */
export function filtersOf(address) {
  const asked = new URLSearchParams();
  for (const name of FILTERS) {
    const value = address.get(name)?.trim();
    if (value) asked.set(name, value);
  }
  const archived = address.get("archived");
  if (archived !== "all") asked.set("archived", archived === "only" ? "true" : "false");
  return asked;
}

/** Return the path of the page that an address asks for. */
export function listPath(address) {
  const asked = filtersOf(address);
  const [by, order] = (address.get("sort") ?? "").split(".");
  if (by) asked.set("sort_by", by);
  if (order) asked.set("sort_order", order);
  asked.set("page", address.get("page") ?? "1");
  asked.set("per_page", String(PER_PAGE));
  return `/api/v1/positions?${asked}`;
}
