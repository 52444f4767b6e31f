// Builds the console: static files with hashed names, nothing inline, nothing from elsewhere.
import { defineConfig } from "vite";

export default defineConfig({
  base: "/",
  // The client package lies outside of this folder and has no packages of its own.
  resolve: { dedupe: ["react", "react-dom", "eventsource-parser"] },
  build: {
    outDir: "dist",
    target: "es2022",
    // These know light-dark(); for older ones it would be rewritten to something longer.
    cssTarget: ["chrome123", "firefox124", "safari17.5"],
    assetsInlineLimit: 0,
    // Says which files the page loads first: a test adds up their sizes.
    manifest: true,
    modulePreload: { polyfill: false },
  },
  // Workers load the languages that they colour one by one.
  worker: { format: "es" },
  server: { proxy: { "/v1": "http://127.0.0.1:3000", "/session": "http://127.0.0.1:3000" } },
});
