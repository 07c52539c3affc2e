//! Rectangles: edges of the number line, and a list that loses no pixel however short it is.

mod common;

use common::cases;
use proptest::prelude::*;
use virtio_gpu::rect::{COMMAND_COST, Rect, RectList};

fn rect(x: u32, y: u32, width: u32, height: u32) -> Rect {
    Rect {
        x,
        y,
        width,
        height,
    }
}

#[test]
fn edges_become_rectangles_and_nonsense_becomes_nothing() {
    assert_eq!(Rect::from_edges(1, 2, 4, 6), rect(1, 2, 3, 4));
    assert_eq!(Rect::from_edges(-5, -6, 4, 6), rect(0, 0, 4, 6));
    assert!(Rect::from_edges(4, 2, 1, 6).is_empty());
    assert!(Rect::from_edges(-9, -9, -1, -1).is_empty());
    assert_eq!(
        Rect::from_edges(i32::MIN, i32::MIN, i32::MAX, i32::MAX),
        rect(0, 0, 0x7fff_ffff, 0x7fff_ffff)
    );
}

#[test]
fn clipping_cuts_to_the_surface() {
    let screen = Rect::of_size(100, 50);
    assert_eq!(rect(90, 40, 20, 20).clip(screen), rect(90, 40, 10, 10));
    assert_eq!(rect(100, 0, 5, 5).clip(screen), Rect::default());
    assert_eq!(rect(0, 0, u32::MAX, u32::MAX).clip(screen), screen);
    assert_eq!(
        rect(u32::MAX, u32::MAX, u32::MAX, u32::MAX).clip(screen),
        Rect::default()
    );
}

#[test]
fn the_first_pixel_of_a_rectangle_is_where_the_stride_says() {
    assert_eq!(rect(3, 2, 1, 1).byte_offset(400, 4), Some(812));
    let far = rect(u32::MAX, u32::MAX, 1, 1);
    assert_eq!(far.byte_offset(u32::MAX, u32::MAX), None);
    assert!(far.byte_offset(65536, 4).is_some());
    assert_eq!(rect(2, 0, u32::MAX, 1).right_bottom(), None);
    assert_eq!(rect(2, 3, 4, 5).right_bottom(), Some((6, 8)));
}

#[test]
fn far_apart_rectangles_stay_apart_and_near_ones_are_merged() {
    let screen = Rect::of_size(1000, 1000);
    let mut list = RectList::<4>::new();
    list.add(rect(0, 0, 10, 10), screen);
    list.add(rect(900, 900, 10, 10), screen);
    assert_eq!(list.as_slice().len(), 2);
    assert_eq!(list.cost(), 200 + 2 * COMMAND_COST);
    list.add(rect(20, 0, 10, 10), screen);
    assert_eq!(list.as_slice().len(), 2);
    assert!(list.as_slice().contains(&rect(0, 0, 30, 10)));
    list.add(rect(5, 5, 2, 2), screen);
    list.add(rect(2000, 0, 9, 9), screen);
    assert_eq!(list.cost(), 400 + 2 * COMMAND_COST);
    assert_eq!(list.bounding_box(), rect(0, 0, 910, 910));
}

#[test]
fn a_full_list_merges_the_cheapest_pair() {
    let screen = Rect::of_size(10_000, 10_000);
    let mut list = RectList::<3>::new();
    for x in [0, 1000, 9000] {
        list.add(rect(x, 0, 100, 100), screen);
    }
    assert_eq!(list.as_slice().len(), 3);
    list.add(rect(5000, 5000, 100, 100), screen);
    let mut rects = list.as_slice().to_vec();
    rects.sort_by_key(|r| r.x);
    assert_eq!(
        rects,
        [
            rect(0, 0, 1100, 100),
            rect(5000, 5000, 100, 100),
            rect(9000, 0, 100, 100)
        ]
    );
}

#[test]
fn a_list_of_one_is_the_bounding_box() {
    let screen = Rect::of_size(10_000, 10_000);
    let mut list = RectList::<1>::new();
    list.add(rect(10, 10, 5, 5), screen);
    list.add(rect(9000, 10, 5, 5), screen);
    list.add(rect(10, 9000, 5, 5), screen);
    assert_eq!(list.as_slice(), [rect(10, 10, 8995, 8995)]);
}

const GRID: u32 = 64;

fn any_rect() -> impl Strategy<Value = Rect> {
    (0..GRID + 8, 0..GRID + 8, 0..20u32, 0..20u32)
        .prop_map(|(x, y, width, height)| rect(x, y, width, height))
}

/// Every pixel of the grid, at a scale where merging is not for free.
fn pixels(rects: &[Rect], bounds: Rect) -> Vec<bool> {
    (0..GRID * GRID)
        .map(|i| {
            let pixel = rect(i % GRID * SCALE, i / GRID * SCALE, 1, 1);
            rects.iter().any(|r| r.clip(bounds).contains(pixel))
        })
        .collect()
}

const SCALE: u32 = 16;

fn scaled(r: Rect) -> Rect {
    rect(r.x * SCALE, r.y * SCALE, r.width * SCALE, r.height * SCALE)
}

fn check<const N: usize>(rects: &[Rect]) {
    let bounds = Rect::of_size(GRID * SCALE, GRID * SCALE);
    let rects: Vec<Rect> = rects.iter().map(|r| scaled(*r)).collect();
    let mut list = RectList::<N>::new();
    for r in &rects {
        list.add(*r, bounds);
    }
    let kept = list.as_slice();
    assert!(kept.len() <= N);
    for r in kept {
        assert!(!r.is_empty() && bounds.contains(*r));
    }
    let (before, after) = (pixels(&rects, bounds), pixels(kept, bounds));
    for (i, (before, after)) in before.into_iter().zip(after).enumerate() {
        assert!(!before || after, "pixel {i} is lost");
    }
    let whole = rects
        .iter()
        .fold(Rect::default(), |all, r| all.union(r.clip(bounds)));
    assert_eq!(list.bounding_box(), whole);
}

proptest! {
    #![proptest_config(cases(256, 4))]
    #[test]
    fn no_pixel_is_lost_and_none_comes_from_outside(
        rects in prop::collection::vec(any_rect(), 0..40)
    ) {
        check::<1>(&rects);
        check::<2>(&rects);
        check::<5>(&rects);
        check::<16>(&rects);
    }

    #[test]
    fn nothing_overflows(
        a: [u32; 4], b: [u32; 4], edges: [i32; 4],
    ) {
        let [a, b] = [a, b].map(|[x, y, w, h]| rect(x, y, w, h));
        let _ = (a.union(b), a.area(), a.contains(b), a.byte_offset(b.x, 4));
        let clipped = a.clip(b);
        prop_assert!(b.contains(clipped) && a.contains(clipped));
        let [left, top, right, bottom] = edges;
        let screen = Rect::of_size(u32::MAX, u32::MAX);
        let mut list = RectList::<2>::new();
        for r in [a, b, Rect::from_edges(left, top, right, bottom), a.union(b)] {
            list.add(r, screen);
        }
        let _ = list.cost();
    }
}
