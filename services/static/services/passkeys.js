// Says on the page that a passkey could not be used; the browser's own words may name nobody.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const problem = document.getElementById("passkey-problem");
  if (problem) {
    problem.hidden = false;
  }
});
