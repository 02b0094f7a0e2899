"""How data planes and their mock control plane are brought up, watched and stopped."""
