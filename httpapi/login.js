// The code stands behind the #, so that it is in no request line and in no log; from there it goes into the form.
const code = location.hash.slice(1);
if (code) {
  history.replaceState(null, "", location.pathname);
  const field = document.getElementById("code");
  field.value = code;
  field.form.submit();
}
