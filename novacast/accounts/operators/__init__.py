"""Those who run this server: who they are, and what they see and do of people's accounts."""
