import type { Messages } from '../text.ts'

/** German, as one speaks to somebody whom one does not know. */
export const de: Messages = {
  supportId: 'Kennung für den Support:',
  startAgain: 'Kehren Sie zur Anwendung zurück und beginnen Sie die Anmeldung neu.',
  tellOperator: 'Bitte informieren Sie die Betreiber der Anwendung.',
  backToApplication: 'Zurück zur Anwendung',
  tryAgain: 'Noch einmal versuchen',
  giveIdToSupport:
    'Wenn Sie das für einen Irrtum halten, wenden Sie sich bitte an den Support und nennen Sie die Kennung unten.',
  waitAndTryAgain: 'Bitte warten Sie einen Augenblick und versuchen Sie es dann noch einmal.',

  challengeTitle: 'Noch ein Schritt',
  challengeText:
    'Um die Anmeldung abzuschließen, bestätigen Sie bitte, dass Sie es sind. Sie werden zur Bestätigung weitergeleitet.',
  challengeAsk: 'Um die Anmeldung abzuschließen, bestätigen Sie bitte, dass Sie es sind.',
  challengeAccepted: 'Die Anwendung akzeptiert nur Folgendes: {methods}.',
  challengeGo: 'Weiter zur Bestätigung',

  methodPasskey: 'einen Passkey',
  methodSecurityKey: 'einen Sicherheitsschlüssel',
  methodAuthenticatorApp: 'eine Authenticator-App',
  methodEmailCode: 'einen Code per E-Mail',
  methodEmailLink: 'einen Link per E-Mail',
  methodSms: 'einen Code per SMS',
  methodWhatsapp: 'einen Code per WhatsApp',
  methodPush: 'eine Bestätigung in einer App auf Ihrem Telefon',
  methodQrCode: 'einen QR-Code',
  methodRecoveryCode: 'einen Wiederherstellungscode',

  setUpTitle: 'Zweiten Faktor einrichten',
  setUpText:
    'Ein zweiter Faktor schützt Ihr Konto, falls jemand Ihr Passwort erfährt. Sie richten ihn einmal ein; das dauert ein bis zwei Minuten.',
  setUpUntil: 'Bis {until} können Sie das überspringen. Danach brauchen Sie ihn, um sich anzumelden.',
  setUpNow: 'Jetzt einrichten',
  setUpLater: 'Später',

  rememberTitle: 'Bestätigung erfolgreich',
  rememberText:
    'Möchten Sie, dass wir uns dieses Gerät {duration} lang merken? Dann werden Sie darauf womöglich seltener um eine Bestätigung gebeten.',
  rememberOnlyOwn: 'Stimmen Sie nur auf einem Gerät zu, das Ihnen selbst gehört.',
  rememberYes: 'Ja, Gerät merken',
  rememberNo: 'Nein, weiter',

  notDoneTitle: 'Bitte bestätigen Sie zuerst, dass Sie es sind',
  notDoneText:
    'Was Sie abgeschickt haben, wurde nicht ausgeführt: Dafür müssen Sie bestätigen, dass Sie es sind.',
  notDoneNext: 'Holen Sie das jetzt nach und schicken Sie es dann noch einmal ab.',
  notDoneGo: 'Weiter zur Bestätigung',

  pageVerifiedTitle: 'Bestätigung erfolgreich',
  pageVerifiedText:
    'Was Sie vorhin abgeschickt haben, wurde nicht ausgeführt. Kehren Sie zur Seite zurück und wiederholen Sie es.',
  pageVerifiedBack: 'Zurück zur Seite',

  cancelledTitle: 'Sie haben die Bestätigung abgebrochen',
  cancelledText: 'Ohne sie lässt sich die Anmeldung nicht abschließen.',
  failedTitle: 'Die Bestätigung ist nicht gelungen',
  failedText: 'Sie können es noch einmal versuchen oder zur Anwendung zurückkehren.',
  methodTitle: 'Bitte bestätigen Sie auf andere Weise',
  methodText:
    'Die Anwendung akzeptiert das Verfahren nicht, das Sie benutzt haben. Versuchen Sie es noch einmal und wählen Sie ein anderes.',
  deniedTitle: 'Diese Anmeldung wurde nicht zugelassen',
  unconfirmedTitle: 'Die Bestätigung ist gerade nicht möglich',
  unconfirmedText:
    'Ihre Bestätigung konnte nicht überprüft werden. Bitte warten Sie einen Augenblick und versuchen Sie es dann noch einmal.',
  verifiedTitle: 'Bestätigung erfolgreich',
  verifiedText:
    'Bitte kehren Sie zur Anwendung zurück und beginnen Sie die Anmeldung neu. Wenn Sie das in den nächsten Minuten tun, werden Sie nicht ein zweites Mal um eine Bestätigung gebeten.',

  endedTitle: 'Sie haben sich schon bestätigt',
  endedText:
    'Dieser Link wurde schon benutzt, denn eine Bestätigung gilt nur einmal. Bitte machen Sie in der Anwendung weiter.',
  endedPageText:
    'Dieser Link wurde schon benutzt, denn eine Bestätigung gilt nur einmal. Bitte gehen Sie weiter zur Seite.',

  formPostTitle: 'Zurück zur Anwendung',
  formPostText: 'Wenn nichts geschieht, gehen Sie bitte selbst weiter.',
  openAppText:
    'Die Anwendung sollte sich jetzt öffnen. Dann können Sie dieses Fenster schließen. Wenn nichts geschieht, öffnen Sie sie bitte hier.',
  openAppGo: 'Anwendung öffnen',
  formPostGo: 'Weiter',

  unreadableTitle: 'Mit dieser Anfrage lässt sich nichts anfangen',
  unreadableText:
    'Der Link oder das Formular, das Sie hierher geführt hat, ist unvollständig oder beschädigt.',
  unavailableTitle: 'Die Anmeldung ist gerade nicht möglich',
  unavailableText:
    'Der Anmeldedienst antwortet nicht so, wie er sollte. Bitte warten Sie einen Augenblick und versuchen Sie es dann noch einmal.',
  badHeadersTitle: 'Mit der Anfrage Ihres Browsers lässt sich nichts anfangen',
  badHeadersText: 'Ein Teil dessen, was Ihr Browser gesendet hat, war nicht lesbar.',
  badHeadersNext:
    'Kehren Sie zur Anwendung zurück und beginnen Sie die Anmeldung neu. Wenn das nicht hilft, löschen Sie vorher die Cookies dieser Website.',
  mixedUpTitle: 'Zwei Anmeldungen sind durcheinandergeraten',
  mixedUpText: 'Ihr Browser hat Cookies dieser Website gesendet, die einander widersprechen.',
  mixedUpNext:
    'Löschen Sie die Cookies dieser Website, kehren Sie dann zur Anwendung zurück und beginnen Sie neu.',
  unknownHostTitle: 'Das ist nicht die Adresse für die Anmeldung',
  unknownHostText: 'Gehen Sie zur Anwendung und melden Sie sich von dort aus an.',
  notPossibleTitle: 'Diese Anmeldung lässt sich nicht abschließen',
  unsupportedRequestText:
    'Die Anwendung hat die Anmeldung auf eine Weise angefordert, die hier nicht unterstützt wird.',
  unsupportedResponseText:
    'Die Anwendung hat ihre Antwort auf eine Weise angefordert, die hier nicht unterstützt wird.',
  unlistedAddressText:
    'Die Anwendung möchte ihre Antwort an eine Adresse bekommen, die hier nicht bekannt ist.',
  otherBrowserTitle: 'Bitte machen Sie in dem Browser weiter, in dem Sie begonnen haben',
  otherBrowserText:
    'Dieser Schritt gehört zu einer Anmeldung, die dieser Browser nicht kennt, oder Cookies sind gesperrt.',
  otherBrowserNext:
    'Wenn Sie sie begonnen haben, erlauben Sie Cookies für diese Website und beginnen Sie bei der Anwendung neu. Wenn jemand anderes Sie zur Bestätigung hierher geschickt hat, bestätigen Sie bitte nichts und informieren Sie den Support.',
  wrongReturnTitle: 'Dieser Link gehört nicht zu Ihrer Anmeldung',
  unknownUserTitle: 'Wir können nicht erkennen, wer angemeldet ist',
  unknownUserText: 'Vielleicht ist Ihre Sitzung inzwischen abgelaufen.',
  signInFirstTitle: 'Bitte melden Sie sich zuerst an',
  signInFirstText: 'Diese Seite ist nur für Personen, die angemeldet sind.',
  signInFirstNext: 'Melden Sie sich an und öffnen Sie die Seite dann noch einmal.',
  signInFirstGo: 'Anmelden',
  verifyFirstTitle: 'Bitte bestätigen Sie zuerst, dass Sie es sind',
  verifyFirstText: 'Was Sie wollten, wurde nicht ausgeführt: Dafür müssen Sie bestätigen, dass Sie es sind.',
  verifyFirstNext:
    'Öffnen Sie die Seite noch einmal, bestätigen Sie, dass Sie es sind, und wiederholen Sie es dann.',
  notAllowedTitle: 'Das wurde nicht zugelassen',
  passkeyRefusedTitle: 'Mit diesem Passkey konnten Sie nicht angemeldet werden',
  passkeyRefusedText:
    'An Ihrem Konto hat sich nichts geändert. Melden Sie sich stattdessen mit Ihrem Passwort an.',
  notFoundTitle: 'Hier ist nichts',
  notFoundText: 'Wenn Sie sich anmelden möchten, gehen Sie zur Anwendung und beginnen Sie dort.',
  methodNotAllowedTitle: 'So lässt sich diese Seite nicht benutzen',
  usedTitle: 'Dieser Link wurde schon benutzt',
  usedText: 'Eine Bestätigung gilt nur einmal.',
  expiredTitle: 'Diese Anmeldung hat zu lange gedauert',
  expiredText: 'Zu Ihrer Sicherheit ist sie abgelaufen.',
  restartTitle: 'Bitte beginnen Sie die Anmeldung neu',
  restartText: 'Von hier aus lässt sich diese Anmeldung nicht fortsetzen.',
  tooLargeTitle: 'Das war zu viel auf einmal',
  tooLargeText: 'Das Formular, das Sie hierher geführt hat, ist größer, als dieser Dienst es annimmt.',
  formTypeTitle: 'Dieses Formular ist nicht lesbar',
  formTypeText: 'Es wurde auf eine Weise gesendet, die dieser Dienst nicht annimmt.',
  internalTitle: 'Etwas ist schiefgegangen',
  internalText: 'Sie haben nichts falsch gemacht.',
  internalNext:
    'Kehren Sie zur Anwendung zurück und beginnen Sie die Anmeldung neu. Wenn es wieder geschieht, nennen Sie dem Support die Kennung unten.',

  passkeysTitle: 'Passkeys',
  passkeysText:
    'Mit einem Passkey bestätigen Sie über die Sperre Ihres Geräts, dass Sie es sind: mit Ihrem Fingerabdruck, Ihrem Gesicht oder einer PIN.',
  passkeysYours: 'Ihre Passkeys',
  passkeysNone: 'Sie haben noch keinen Passkey.',
  passkeyCreated: 'Hinzugefügt am {date}',
  passkeyCreatedWith: 'Hinzugefügt am {date} mit {place}',
  passkeyUsed: 'Zuletzt benutzt am {date}',
  passkeyNeverUsed: 'Noch nicht benutzt',
  passkeyRemove: 'Entfernen',
  passkeyRemoveNamed: '{name} entfernen',
  passkeyRemovalTitle: 'Diesen Passkey entfernen?',
  passkeyRemovalText: 'Sie sind dabei, {name} zu entfernen.',
  passkeyRemovalAfter: 'Danach können Sie sich mit ihm nicht mehr bestätigen.',
  passkeyKeep: 'Behalten',
  passkeyAdd: 'Passkey hinzufügen',
  passkeyNeedsScript:
    'Um einen Passkey hinzuzufügen, erlauben Sie JavaScript für diese Seite und laden Sie sie neu.',
  noticeAdded: 'Ihr Passkey wurde hinzugefügt.',
  noticeRemoved:
    'Der Passkey wurde entfernt. Vielleicht bietet Ihr Gerät ihn noch an: In den Einstellungen des Geräts können Sie ihn löschen.',
  noticeNotRemoved: 'Der Passkey konnte nicht entfernt werden. Bitte versuchen Sie es noch einmal.',
  noticeLastOne:
    'Der Passkey wurde nicht entfernt, weil Sie sonst nichts mehr bestätigen könnten. Fügen Sie zuerst einen weiteren Passkey hinzu.',
  passkeyAdding: 'Folgen Sie den Anweisungen Ihres Browsers oder Geräts.',
  passkeyAdded: 'Ihr Passkey wurde hinzugefügt.',
  passkeyCancelled:
    'Es wurde kein Passkey hinzugefügt: Sie haben abgebrochen, oder es hat zu lange gedauert.',
  passkeyUnsupported:
    'Mit diesem Browser oder Gerät lässt sich kein Passkey hinzufügen. Versuchen Sie es mit einem anderen.',
  passkeyExists: 'Auf diesem Gerät gibt es schon einen Passkey für Ihr Konto.',
  passkeySession:
    'Ihre Bestätigung ist inzwischen zu alt. Laden Sie diese Seite neu und bestätigen Sie noch einmal, dass Sie es sind.',
  passkeyFailed: 'Der Passkey konnte nicht hinzugefügt werden. Bitte versuchen Sie es noch einmal.',
}
