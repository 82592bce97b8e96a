"""The icons a type may have; each is in the sprite (`frontend/icons.txt`)."""

ICONS = (
    "building", "building-community", "building-skyscraper", "building-store", "building-warehouse",
    "building-factory-2", "home", "key", "map-pin", "map-2", "world", "plane", "car", "truck", "ship", "bike",
    "id", "credit-card", "ticket", "gift", "cake", "crown", "medal", "trophy", "star", "heart-handshake", "users-group",
    "user-star", "school", "book", "certificate", "stethoscope", "pill", "paw", "baby-carriage", "briefcase", "box",
    "package", "packages", "devices", "device-mobile", "server", "tool", "settings-cog", "shield-check", "receipt",
    "file-text", "file-certificate", "file-dollar", "folder", "clipboard-list", "checklist", "calendar-event",
    "clock", "chart-bar", "chart-pie", "target-arrow", "rocket", "bulb", "speakerphone", "message", "headset",
    "camera", "movie", "music", "ball-football", "leaf", "plant-2", "coffee", "bottle", "shirt", "diamond", "coin-yuan",
    "scale", "recycle", "bolt", "flask", "database",
)  # fmt: skip
DEFAULT = "database"
