// Passkeys: the one script of the site that a page needs, and only for its passkey button, shown once it can work.
document.addEventListener('DOMContentLoaded', function () {
  if (!window.PublicKeyCredential || !window.allauth) return
  document.querySelectorAll('[data-passkey]').forEach(function (place) {
    const kind = place.dataset.passkey
    const ids = { credential: place.dataset.credential }
    ids[kind] = place.dataset.button
    if (place.dataset.passwordless) ids.passwordless = place.dataset.passwordless
    const data = place.dataset.options ? JSON.parse(place.dataset.options) : undefined
    window.allauth.webauthn.forms[kind + 'Form']({ ids: ids, data: data })
    place.hidden = false
  })
  document.addEventListener('allauth.error', function (event) {
    event.preventDefault()
    const said = document.getElementById('passkey-failed')
    if (said) said.hidden = false
  })
})
