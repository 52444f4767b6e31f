// The frame of every page: navigation beside the page that the address names.

export function App() {
  return <main>Everturn</main>;
}
