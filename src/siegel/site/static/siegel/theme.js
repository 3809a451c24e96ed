// Loaded in the head and blocking, so that "Wie im System" never flashes in the wrong theme.
(() => {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const show = () => {
    const root = document.documentElement;
    if (root.dataset.theme === "system") root.dataset.bsTheme = dark.matches ? "dark" : "light";
  };
  dark.addEventListener("change", show);
  show();
})();
