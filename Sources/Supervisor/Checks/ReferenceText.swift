/// A text to compare models on: prose, speech, numbers, a list and a little code, so that no single habit of a model
/// decides. Written for Oven, so that no model has learnt it by heart.
package enum ReferenceText {
  /// About 800 words, in a little over a thousand tokens of a usual vocabulary.
  package static let text = """
    The bakery on the corner of Mill Street opens at half past five. By then the first dough has rested for eleven
    hours, the stone floor of the oven is warm enough to hold a hand above it for no longer than three breaths, and
    the woman who runs the place has already written the day's list on the slate beside the door. She does not use a
    clock. When somebody asks her how she knows that the loaves are done, she knocks on the bottom of one and says
    that it answers.

    "It sounds hollow," said the apprentice on his first morning.

    "Everything sounds hollow when you are hungry," she replied. "Listen again."

    Flour, water, salt and time: there is nothing else in the bread, and yet no two days give the same result. On a
    humid morning the flour has drunk from the air before anybody weighs it, so that the dough needs two or three per
    cent less water. In winter the water must be warmer than the room; in summer it comes from the bottom of the well.
    A kilogram of flour takes between six hundred and fifty and seven hundred grams of water, twenty grams of salt,
    and two hundred grams of the starter that was kept from the day before. What looks like experience is mostly the
    memory of mistakes.

    The history of the oven is older than that of writing. People in the valleys between the two rivers dug pits,
    lined them with clay and lit fires in them; when the embers had been raked out, the walls gave back what they had
    taken in. The Romans built public ovens of brick with a vaulted roof, because a curved ceiling throws the heat
    down from every side at once. Not before the nineteenth century were the fire and the bread put into separate
    rooms, and only then could an oven be used from morning to night without a pause. Since the heat now came through
    a wall, the temperature could be measured and, for the first time, promised.

    To divide a round loaf among seven guests fairly, let one of them cut and all the others choose first. If the
    loaf weighs 1.4 kilograms, each guest should receive 200 grams; if an eighth person arrives, everybody gives up
    25 grams, which nobody will notice. Suppose that the baker sells 120 loaves on a weekday and half as many again
    on a Saturday. Then she needs 5 x 120 + 180 = 780 loaves a week, or about 546 kilograms of flour.

    Things to do before closing:

    1. Feed the starter with equal parts of flour and water.
    2. Sweep the ashes out, but leave the stones where they are.
    3. Cover the dough with a damp cloth, never with a dry one.
    4. Write down what was left over. It tells you more than what was sold.

    The apprentice, who had studied computer science for two years before he discovered that he liked to get up early,
    wrote a small program that told him how much water to take:

        def water(flour_grams, humidity):
            share = 0.70 - 0.05 * max(0.0, humidity - 0.5)
            return round(flour_grams * share)

        for humidity in (0.3, 0.6, 0.9):
            print(humidity, water(1000, humidity))

    It printed 700, 695 and 680. The baker looked at the three numbers for a long time. Then she took a handful of
    flour out of the sack, pressed it together, opened her fingers and watched how it fell apart. "Six hundred and
    ninety," she said. He measured the air in the room, put the value into his program, and got the same answer to
    the gram. Neither of them ever mentioned it again, although from that day on he was allowed to mix the dough
    alone.

    Towards noon the street fills up. The school is a hundred metres away, and children come for the small sweet rolls
    which are sold by the dozen and eaten by the minute. A retired engineer buys the same dark rye every Tuesday and
    Friday; he says that it keeps for a week, but nobody has ever seen him try. The mayor sends his driver. Tourists
    photograph the slate, the door and the cat, in that order, and ask whether the bread contains nuts. When the last
    loaf has been sold, which happens on most days shortly after two, the shutters are closed, the fire is left to
    die, and the house belongs to the dough again.

    Is it worth the effort, when a factory makes ten thousand loaves in an hour and a machine can slice, wrap and
    label them without a human hand? The question was put to her by a journalist from the capital. She thought about
    it and offered him a slice with butter. He ate it, and then another one, and forgot to write down what she had
    answered. In the article he later claimed that there had been no answer; but the photograph above it showed an
    empty plate, some crumbs and, at the edge of the picture, a man who was obviously thinking of something else.

    """
}
