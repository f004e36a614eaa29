// A new event: the browser knows the time zone of whoever stands at the place.
const zone = document.querySelector("[data-places] input[name=timezone]");
if (zone?.value === "UTC" && zone.defaultValue === "UTC") zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
