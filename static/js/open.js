// First of all: Zid's token leaves the frame's address and its history.
history.replaceState(null, "", document.currentScript.dataset.url);
