"""Web addresses as people mean them: without what they carry along to tell where a visitor came from."""

from urllib.parse import urlsplit, urlunsplit

_TRACKING_PREFIXES = ("utm_", "mtm_", "pk_", "hsa_", "_hs", "trk", "lever-")
_TRACKING_NAMES = frozenset(
    (
        # Advertisements, mailings and analytics.
        *("gclid", "gclsrc", "dclid", "gbraid", "wbraid", "fbclid", "msclkid", "ttclid", "twclid", "yclid"),
        *("li_fat_id", "igshid", "igsh", "mc_cid", "mc_eid", "mkt_tok", "_ga", "_gl", "srsltid"),
        # Job boards.
        *("ref", "refid", "ref_id", "ref_src", "referrer", "referral", "trackingid", "tracking_id", "ebp", "eid"),
        *("gh_src", "ashby_src", "source", "src", "from"),
    )
)


def without_tracking(address: str) -> str:
    """Return an address that leads to the same page, without tracking parameters and without its fragment.

    A fragment that is a path of its own (``#/jobs/1``, ``#!jobs/1``) stays: pages made by scripts find their way by
    it. What cannot be taken apart comes back as it is.
    """
    try:
        parts = urlsplit(address)
    except ValueError:
        return address
    query = "&".join(part for part in parts.query.split("&") if part and not _is_tracking(part.partition("=")[0]))
    fragment = parts.fragment if parts.fragment.startswith(("/", "!")) else ""
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, fragment))


def comparable(address: str) -> str:
    """Return a text that is the same for addresses of one page: a key, not an address to call.

    The scheme, ``www.``, the case of the host, the order of parameters, and slashes at the end make no difference.
    """
    try:
        parts = urlsplit(without_tracking(address))
    except ValueError:
        return address
    host = parts.netloc.lower().removeprefix("www.")
    query = "&".join(sorted(parts.query.split("&")))
    return f"{host}{parts.path.rstrip('/')}?{query}#{parts.fragment}"


def _is_tracking(name: str) -> bool:
    return name.lower() in _TRACKING_NAMES or name.lower().startswith(_TRACKING_PREFIXES)
