// Builds the console: static files with hashed names, nothing inline, nothing from elsewhere.
import { defineConfig } from "vite";

export default defineConfig({
  base: "/",
  // The client package lies outside of this folder and has no packages of its own.
  resolve: { dedupe: ["react", "react-dom", "eventsource-parser"] },
  build: { outDir: "dist", target: "es2022", assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  server: { proxy: { "/v1": "http://127.0.0.1:3000", "/session": "http://127.0.0.1:3000" } },
});
