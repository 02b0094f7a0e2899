"""Area urls: the data plane as the one address of SDKs and pages, and what it passes on."""
