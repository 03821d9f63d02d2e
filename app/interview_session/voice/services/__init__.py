"""From the settings to ears and voice."""
