// The console's composition: mounts the application into the page.
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";
import { reloadForNewBuild } from "./state/new-build.ts";
import { oldBrowserWords } from "./state/old-browser.ts";
import { watchSight } from "./state/rest.ts";
import { applyTheme } from "./state/theme.ts";
import "./styles/tokens.css";
import "./styles/base.css";

applyTheme();
reloadForNewBuild();
watchSight();
const root = document.getElementById("root");
if (root === null) throw new Error("The page has no element #root.");
const words = oldBrowserWords();
if (words !== null) root.textContent = words;
else
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
