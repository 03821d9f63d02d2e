"""What the console costs a browser: bytes, requests, time, Lighthouse's scores, and a board of 500 cards."""
