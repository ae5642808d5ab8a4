import { Controller } from "@hotwired/stimulus";

// Makes a passkey (`make`) or proves one (`prove`) when its form is sent, and sends what the browser answers. The options lie in the page
// as JSON (`source`, an id), or are fetched (`address`): those of a login know no person and are asked for only when somebody wants them.
export class Passkey extends Controller {
  static values = { mode: String, source: String, address: String };
  static targets = ["credential", "alone", "trouble"];

  async ask(event) {
    if (this.credentialTarget.value) return;
    event.preventDefault();
    this.tell("");
    try {
      if (!window.PublicKeyCredential) throw new DOMException("", "NotSupportedError");
      const { publicKey } = await this.options();
      const made = this.modeValue === "make" ? await navigator.credentials.create({ publicKey: creation(publicKey, this.alone) }) : await navigator.credentials.get({ publicKey: request(publicKey) });
      this.credentialTarget.value = JSON.stringify(answer(made));
      this.element.requestSubmit();
    } catch (error) {
      this.tell(error.name);
    }
  }

  async options() {
    if (this.sourceValue) {
      const found = JSON.parse(document.getElementById(this.sourceValue).textContent);
      return found.creation_options ?? found.request_options;
    }
    const response = await fetch(this.addressValue, { headers: { Accept: "application/json" } });
    if (!response.ok) throw new DOMException("", "NetworkError");
    return (await response.json()).request_options;
  }

  get alone() {
    return this.hasAloneTarget && this.aloneTarget.querySelector("input[type=checkbox]").checked;
  }

  // The words stand in the page, one element a sort of failure; one without a sort is for all others.
  tell(name) {
    const known = this.troubleTargets.some((element) => element.dataset.name === name);
    for (const element of this.troubleTargets) element.hidden = !name || (element.dataset.name ?? "") !== (known ? name : "");
  }
}

function creation(options, alone) {
  const selection = { ...options.authenticatorSelection, residentKey: alone ? "required" : "discouraged", requireResidentKey: alone };
  if (alone) selection.userVerification = "required";
  return {
    ...options,
    challenge: bytes(options.challenge),
    user: { ...options.user, id: bytes(options.user.id) },
    excludeCredentials: (options.excludeCredentials ?? []).map(named),
    authenticatorSelection: selection,
  };
}

function request(options) {
  return { ...options, challenge: bytes(options.challenge), allowCredentials: (options.allowCredentials ?? []).map(named) };
}

const named = (one) => ({ ...one, id: bytes(one.id) });

function answer(credential) {
  const { response } = credential;
  const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"].filter((name) => response[name]);
  return {
    type: credential.type,
    id: credential.id,
    rawId: text(credential.rawId),
    authenticatorAttachment: credential.authenticatorAttachment,
    response: { ...Object.fromEntries(parts.map((name) => [name, text(response[name])])), transports: response.getTransports?.() ?? [] },
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

const bytes = (base64url) => Uint8Array.from(atob(base64url.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.codePointAt(0));
const text = (buffer) => btoa(String.fromCodePoint(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
