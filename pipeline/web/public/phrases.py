# ruff: noqa: RUF001 - the apostrophes of French are typographic
"""What the public pages say, in the languages a newsletter may have.

``{title}`` is the newsletter's. A sentence holds for every token alike, so that no answer tells
whether a token was good.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A page: what is so, and what that means for who reads it."""

    heading: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """Everything the public pages say, in one language."""

    #: The page's own tag; the newsletter's may name a language that is not here.
    language: str
    direction: str = "ltr"
    #: GET of an unsubscribe link.
    leave: Notice
    #: Below the button.
    nothing_yet: str
    button: str
    #: POST of it.
    left: Notice
    #: The same two for the link of a test mail.
    test: str
    test_left: Notice
    not_found: Notice
    not_allowed: Notice
    #: A POST that does not ask for anything, is too long or too slow.
    not_asked: Notice
    #: The ledger cannot be used now.
    unavailable: Notice
    broken: Notice


_ENGLISH = Phrases(
    language="en",
    leave=Notice(
        heading="Unsubscribe from {title}?",
        text="Press the button, and no further issue is sent to you.",
    ),
    nothing_yet="Nothing has changed so far. To stay, simply close this page.",
    button="Unsubscribe",
    left=Notice(
        heading="Unsubscribed from {title}",
        text="No further issue goes to the address this link belongs to. "
        "One that is already on its way may still arrive.",
    ),
    test="This link is from a test mail. The button works, but nobody is unsubscribed by it.",
    test_left=Notice(
        heading="The button works",
        text="This link is from a test mail, so nobody was unsubscribed.",
    ),
    not_found=Notice(
        heading="There is no such page",
        text="The address may be cut off. Try the link in your mail once more.",
    ),
    not_allowed=Notice(
        heading="That cannot be done here",
        text="This page can only be looked at. Nothing was changed.",
    ),
    not_asked=Notice(
        heading="Nothing was changed",
        text="This request did not ask to unsubscribe. Open the link in your mail and press "
        "the button.",
    ),
    unavailable=Notice(
        heading="Please try again in a minute",
        text="Something here is busy, and nothing was changed.",
    ),
    broken=Notice(
        heading="This is our mistake",
        text="Something here is broken, and nothing you did is to blame. Please try again later.",
    ),
)

_GERMAN = Phrases(
    language="de",
    leave=Notice(
        heading="{title} abbestellen?",
        text="Ein Druck auf den Knopf, und es kommt keine weitere Ausgabe zu Ihnen.",
    ),
    nothing_yet="Noch ist nichts geändert. Wer bleiben möchte, schließt einfach diese Seite.",
    button="Abbestellen",
    left=Notice(
        heading="{title} ist abbestellt",
        text="An die Adresse, zu der dieser Link gehört, geht keine weitere Ausgabe. "
        "Eine, die schon unterwegs ist, kann noch ankommen.",
    ),
    test="Dieser Link stammt aus einer Testmail. Der Knopf geht, meldet aber niemanden ab.",
    test_left=Notice(
        heading="Der Knopf geht",
        text="Dieser Link stammt aus einer Testmail, darum wurde niemand abgemeldet.",
    ),
    not_found=Notice(
        heading="Diese Seite gibt es nicht",
        text="Vielleicht ist die Adresse abgeschnitten. Versuchen Sie den Link in der Mail "
        "noch einmal.",
    ),
    not_allowed=Notice(
        heading="Das geht hier nicht",
        text="Diese Seite lässt sich nur ansehen. Es wurde nichts geändert.",
    ),
    not_asked=Notice(
        heading="Es wurde nichts geändert",
        text="Diese Anfrage wollte nichts abbestellen. Öffnen Sie den Link in der Mail und "
        "drücken Sie den Knopf.",
    ),
    unavailable=Notice(
        heading="Bitte gleich noch einmal",
        text="Hier ist gerade etwas beschäftigt, und es wurde nichts geändert.",
    ),
    broken=Notice(
        heading="Das ist unser Fehler",
        text="Hier ist etwas kaputt, und es liegt nicht an Ihnen. Bitte später noch einmal.",
    ),
)

_FRENCH = Phrases(
    language="fr",
    leave=Notice(
        heading="Se désabonner de {title} ?",
        text="Appuyez sur le bouton, et aucun autre numéro ne vous sera envoyé.",
    ),
    nothing_yet="Rien n’a changé pour l’instant. Pour rester, fermez simplement cette page.",
    button="Se désabonner",
    left=Notice(
        heading="Désabonnement de {title} enregistré",
        text="Aucun autre numéro ne sera envoyé à l’adresse de ce lien. "
        "Un numéro déjà en route peut encore arriver.",
    ),
    test="Ce lien vient d’un message d’essai. Le bouton marche, mais ne désabonne personne.",
    test_left=Notice(
        heading="Le bouton marche",
        text="Ce lien vient d’un message d’essai : personne n’a été désabonné.",
    ),
    not_found=Notice(
        heading="Cette page n’existe pas",
        text="L’adresse est peut-être coupée. Essayez encore le lien de votre message.",
    ),
    not_allowed=Notice(
        heading="Cela ne se fait pas ici",
        text="Cette page ne peut qu’être lue. Rien n’a changé.",
    ),
    not_asked=Notice(
        heading="Rien n’a changé",
        text="Cette requête ne demandait pas de désabonnement. Ouvrez le lien de votre message "
        "et appuyez sur le bouton.",
    ),
    unavailable=Notice(
        heading="Réessayez dans une minute",
        text="Quelque chose est occupé ici, et rien n’a changé.",
    ),
    broken=Notice(
        heading="C’est notre erreur",
        text="Quelque chose est cassé ici, et vous n’y êtes pour rien. Réessayez plus tard.",
    ),
)

_SPANISH = Phrases(
    language="es",
    leave=Notice(
        heading="¿Darse de baja de {title}?",
        text="Pulse el botón y no se le enviará ningún otro número.",
    ),
    nothing_yet="Todavía no ha cambiado nada. Para quedarse, cierre esta página.",
    button="Darse de baja",
    left=Notice(
        heading="Baja de {title} registrada",
        text="No se enviará ningún otro número a la dirección de este enlace. "
        "Uno que ya esté en camino puede llegar todavía.",
    ),
    test="Este enlace es de un mensaje de prueba. El botón funciona, pero no da de baja a nadie.",
    test_left=Notice(
        heading="El botón funciona",
        text="Este enlace es de un mensaje de prueba: no se ha dado de baja a nadie.",
    ),
    not_found=Notice(
        heading="Esta página no existe",
        text="Quizá la dirección esté cortada. Pruebe otra vez el enlace de su mensaje.",
    ),
    not_allowed=Notice(
        heading="Eso no se puede hacer aquí",
        text="Esta página solo se puede leer. No ha cambiado nada.",
    ),
    not_asked=Notice(
        heading="No ha cambiado nada",
        text="Esta petición no pedía una baja. Abra el enlace de su mensaje y pulse el botón.",
    ),
    unavailable=Notice(
        heading="Inténtelo de nuevo en un minuto",
        text="Algo está ocupado aquí, y no ha cambiado nada.",
    ),
    broken=Notice(
        heading="Es un error nuestro",
        text="Algo está roto aquí, y usted no tiene la culpa. Inténtelo más tarde.",
    ),
)

_ARABIC = Phrases(
    language="ar",
    direction="rtl",
    leave=Notice(
        heading="هل تريد إلغاء الاشتراك في {title}؟",
        text="اضغط الزر ولن يُرسل إليك أي عدد آخر.",
    ),
    nothing_yet="لم يتغير شيء حتى الآن. إن أردت البقاء فأغلق هذه الصفحة.",
    button="إلغاء الاشتراك",
    left=Notice(
        heading="أُلغي الاشتراك في {title}",
        text="لن يُرسل أي عدد آخر إلى العنوان الذي يخصه هذا الرابط. وقد يصل عدد أُرسل من قبل.",
    ),
    test="هذا الرابط من رسالة تجريبية. الزر يعمل، لكنه لا يلغي اشتراك أحد.",
    test_left=Notice(
        heading="الزر يعمل",
        text="هذا الرابط من رسالة تجريبية، فلم يُلغَ اشتراك أحد.",
    ),
    not_found=Notice(
        heading="لا توجد صفحة كهذه",
        text="ربما كان العنوان مقطوعًا. جرّب الرابط في رسالتك مرة أخرى.",
    ),
    not_allowed=Notice(
        heading="لا يمكن فعل ذلك هنا",
        text="هذه الصفحة للقراءة فقط. لم يتغير شيء.",
    ),
    not_asked=Notice(
        heading="لم يتغير شيء",
        text="لم يطلب هذا الاتصال إلغاء الاشتراك. افتح الرابط في رسالتك واضغط الزر.",
    ),
    unavailable=Notice(
        heading="حاول مرة أخرى بعد دقيقة",
        text="شيء ما مشغول هنا، ولم يتغير شيء.",
    ),
    broken=Notice(
        heading="هذا خطأ منا",
        text="حدث عطل هنا ولا ذنب لك فيه. حاول لاحقًا.",
    ),
)

LANGUAGES = {
    phrases.language: phrases for phrases in (_ENGLISH, _GERMAN, _FRENCH, _SPANISH, _ARABIC)
}


def choose(language: str) -> Phrases:
    """Give the phrases for a tag such as ``de-AT``; English when the language is not here."""
    return LANGUAGES.get(language.lower().partition("-")[0], _ENGLISH)
